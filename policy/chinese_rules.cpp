#include <array>

#include "policy/question_rules.h"

namespace seekd::policy {
namespace {

constexpr auto real_time = ChangeClass::real_time;
constexpr auto fast = ChangeClass::fast_changing;
constexpr auto slow = ChangeClass::slow_changing;
constexpr auto never = ChangeClass::never_changing;

// Weights as in english_rules.cpp.
constexpr std::array chinese_rows{
    PhraseRule{"今天", 3, real_time},    PhraseRule{"今晚", 3, real_time},
    PhraseRule{"今日", 3, real_time},    PhraseRule{"现在", 2, real_time},
    PhraseRule{"此刻", 3, real_time},    PhraseRule{"实时", 3, real_time},
    PhraseRule{"股价", 3, real_time},    PhraseRule{"汇率", 3, real_time},
    PhraseRule{"金价", 3, real_time},    PhraseRule{"油价", 3, real_time},
    PhraseRule{"价格", 2, real_time},    PhraseRule{"多少钱", 2.5, real_time},
    PhraseRule{"天气", 3, real_time},    PhraseRule{"气温", 3, real_time},
    PhraseRule{"比分", 3, real_time},    PhraseRule{"行情", 3, real_time},
    PhraseRule{"几点", 2, real_time},    PhraseRule{"星期几", 2, real_time},
    PhraseRule{"最新", 3, fast},         PhraseRule{"最近", 2, fast},
    PhraseRule{"近期", 2.5, fast},       PhraseRule{"目前", 2.5, fast},
    PhraseRule{"当前", 2.5, fast},       PhraseRule{"今年", 3, fast},
    PhraseRule{"去年", 2.5, fast},       PhraseRule{"明年", 2.5, fast},
    PhraseRule{"本周", 3, fast},         PhraseRule{"这周", 3, fast},
    PhraseRule{"上周", 2.5, fast},       PhraseRule{"下周", 2.5, fast},
    PhraseRule{"本月", 3, fast},         PhraseRule{"这个月", 3, fast},
    PhraseRule{"上个月", 2.5, fast},     PhraseRule{"昨天", 3, fast},
    PhraseRule{"明天", 3, fast},         PhraseRule{"新闻", 2.5, fast},
    PhraseRule{"即将", 2, fast},         PhraseRule{"下一届", 2.5, fast},
    PhraseRule{"下一次", 2, fast},       PhraseRule{"刚刚", 2, fast},
    PhraseRule{"截至", 2, fast},         PhraseRule{"排行", 2, fast},
    PhraseRule{"排名", 2, fast},         PhraseRule{"热门", 1.5, fast},
    PhraseRule{"多大年纪", 2, fast},     PhraseRule{"多少岁", 1.5, fast},
    PhraseRule{"几岁", 1.5, fast},       PhraseRule{"现任", 3, slow},
    PhraseRule{"如今", 2, slow},         PhraseRule{"首富", 2, slow},
    PhraseRule{"总统是谁", 2, slow},     PhraseRule{"首相是谁", 2, slow},
    PhraseRule{"总理是谁", 2, slow},     PhraseRule{"主席是谁", 2, slow},
    PhraseRule{"市长是谁", 2, slow},     PhraseRule{"首席执行官", 2, slow},
    PhraseRule{"总裁", 1.5, slow},       PhraseRule{"董事长", 1.5, slow},
    PhraseRule{"世界纪录", 1.5, slow},   PhraseRule{"人口", 1.2, slow},
    PhraseRule{"还在", 1, slow},         PhraseRule{"CEO是谁", 2, slow},
    PhraseRule{"最高", 1, slow},         PhraseRule{"最大", 1, slow},
    PhraseRule{"最长", 1, slow},         PhraseRule{"最多", 1, slow},
    PhraseRule{"最快", 1, slow},         PhraseRule{"最贵", 1, slow},
    PhraseRule{"最高的山", -2, never},   PhraseRule{"最长的河", -2, never},
    PhraseRule{"最大的动物", -2, never}, PhraseRule{"最大的海", -2, never},
    PhraseRule{"最大的湖", -2, never},   PhraseRule{"最大的岛", -2, never},
    PhraseRule{"最大的沙漠", -2, never}, PhraseRule{"最大的行星", -2, never},
    PhraseRule{"什么是", -2, never},     PhraseRule{"什么意思", -2.5, never},
    PhraseRule{"的定义", -2.5, never},   PhraseRule{"解释", -2, never},
    PhraseRule{"为什么", -1, never},     PhraseRule{"翻译", -3, never},
    PhraseRule{"改写", -3, never},       PhraseRule{"总结", -2, never},
    PhraseRule{"请计算", -2.5, never},   PhraseRule{"计算一下", -2.5, never},
    PhraseRule{"等于", -2.5, never},     PhraseRule{"证明", -2.5, never},
    PhraseRule{"代码", -2, never},       PhraseRule{"函数", -2, never},
    PhraseRule{"写一", -2.5, never},     PhraseRule{"作者", -1.5, never},
    PhraseRule{"谁写", -2, never},       PhraseRule{"发明", -2, never},
    PhraseRule{"发现", -1, never},       PhraseRule{"创立", -1, never},
    PhraseRule{"首都", -2, never},       PhraseRule{"朝代", -2, never},
    PhraseRule{"皇帝", -2, never},       PhraseRule{"历史", -1, never},
    PhraseRule{"古代", -2, never},       PhraseRule{"出生", -1.5, never},
    PhraseRule{"去世", -1, never},       PhraseRule{"第一个", -1, never},
    PhraseRule{"第一位", -1, never},     PhraseRule{"区别", -1.5, never},
    PhraseRule{"有多少", 1.2, slow},     PhraseRule{"有几个", 1.2, slow},
    PhraseRule{"有几名", 1.2, slow},     PhraseRule{"一共", 0.7, slow},
    PhraseRule{"迄今", 1.5, slow},       PhraseRule{"效力", 2, slow},
    PhraseRule{"教练是谁", 2, slow},     PhraseRule{"最低工资", 2, slow},
    PhraseRule{"退休年龄", 2, slow},     PhraseRule{"税率", 1.5, slow},
    PhraseRule{"成员国", 1.5, slow},     PhraseRule{"世界遗产", 1.2, slow},
    PhraseRule{"登陆火星", 2, slow},     PhraseRule{"本赛季", 3, fast},
    PhraseRule{"积分榜", 2.5, fast},     PhraseRule{"射手榜", 2.5, fast},
    PhraseRule{"票房", 1.5, fast},       PhraseRule{"支持率", 2.5, fast},
    PhraseRule{"失业率", 2, fast},       PhraseRule{"通胀", 1.5, fast},
    PhraseRule{"刚才", 2, fast},
};

}  // namespace

std::span<const PhraseRule> chinese_rules() {
  return chinese_rows;
}

}  // namespace seekd::policy
