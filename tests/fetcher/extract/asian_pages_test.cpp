// Pages in scripts whose words stand without spaces, or in other scripts than Latin.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "fetcher/extract/document.h"

using seekd::fetcher::Document;
using seekd::fetcher::extract_html;

namespace {

struct Story {
  std::string language;
  std::string title;
  std::vector<std::string> paragraphs;
  std::string menu;     // three labels of the menu
  std::string footer;   // copyright
  std::string related;  // heading and one link
};

const Story japanese{
    "ja",
    "港の橋、五月から三か月間通行止めへ",
    {"市議会は火曜日、四時間にわたる議論の末、港の橋を六月から三か月間閉鎖し、ケーブルを交換するこ"
     "とを"
     "決めた。",
     "橋は一日に約二万台の車が通る。運転者は十一キロ遠い古いダムを回ることになり、歩行者と自転車に"
     "は"
     "無料の渡し船が出る。",
     "「もう一冬待てば、直す橋は残らない」と市長は採決の前に述べた。工事は天候にかかわらず六月三日"
     "に"
     "始まるという。"},
    "<li><a href=/n>ニュース</a><li><a href=/s>スポーツ</a><li><a href=/w>天気</a>",
    "著作権は例新聞に帰属します。無断転載を禁じます。",
    "<h3>関連記事</h3><ul><li><a href=/r>渡し船、二倍に増便</a></ul>"};

const Story korean{"ko",
                   "항구 다리, 6월부터 석 달간 통제",
                   {"시의회는 화요일 네 시간의 토론 끝에 항구 다리를 6월부터 석 달 동안 폐쇄하고 "
                    "케이블을 교체하기로 "
                    "결정했다.",
                    "다리에는 하루 약 2만 대의 차량이 지나간다. 운전자들은 11킬로미터 더 먼 옛 "
                    "댐으로 돌아가야 하며, "
                    "보행자와 자전거는 무료 나룻배를 탈 수 있다.",
                    "\"한 해 겨울을 더 기다리면 고칠 다리가 남지 않을 것\"이라고 시장은 표결에 "
                    "앞서 말했다. 공사는 날씨와 "
                    "관계없이 6월 3일에 시작된다."},
                   "<li><a href=/n>뉴스</a><li><a href=/s>스포츠</a><li><a href=/w>날씨</a>",
                   "저작권자 예시신문. 무단 전재 및 재배포 금지.",
                   "<h3>관련 기사</h3><ul><li><a href=/r>나룻배 두 배로 늘린다</a></ul>"};

const Story chinese{
    "zh-CN",
    "港口大桥六月起封闭三个月",
    {"市议会星期二经过四个小时的辩论后决定，港口大桥将从六月起封闭三个月，以更换缆索。",
     "每天约有两万辆汽车经过这座大桥。司机将绕行远十一公里的旧水坝，行人和骑自行车的人可以免费乘坐"
     "渡船。",
     "市长在表决前说：“如果再等一个冬天，就没有桥可修了。”她还说，无论天气如何，工程都将在六月三日"
     "开始。"},
    "<li><a href=/n>新闻</a><li><a href=/s>体育</a><li><a href=/w>天气</a>",
    "版权所有 示例报 未经书面授权禁止转载",
    "<h3>相关新闻</h3><ul><li><a href=/r>渡船增加一倍</a></ul>"};

std::string page(const Story& story) {
  std::string html = "<html lang=" + story.language + "><head><meta charset=utf-8><title>" +
                     story.title + "</title></head><body><div class=header><ul class=menu>" +
                     story.menu + "</ul></div><div class=article><h1>" + story.title + "</h1>";
  for (const std::string& paragraph : story.paragraphs) html += "<p>" + paragraph + "</p>";
  return html + "</div><div class=related>" + story.related + "</div><div class=footer>" +
         story.footer + "</div></body></html>";
}

}  // namespace

TEST_CASE("Japanese, Korean and Chinese pages are read without what stands around the story",
          "[extract][asian]") {
  for (const Story& story : {japanese, korean, chinese}) {
    CAPTURE(story.language);
    const auto document = extract_html(page(story), "text/html", "https://example.org/a/1");
    REQUIRE(document);
    const std::string text = seekd::snapshot_text(document->blocks);
    CAPTURE(text);
    for (const std::string& paragraph : story.paragraphs) CHECK(text.contains(paragraph));
    CHECK(!text.contains(story.footer));
    CHECK(!text.contains(story.related.substr(4, 9)));
    CHECK(document->metadata.title == story.title);
    CHECK(document->metadata.language == story.language);
  }
}

TEST_CASE("a page in Shift_JIS is read as one in UTF-8", "[extract][asian]") {
  // "橋" and "。" in both encodings.
  std::string shift_jis = "<meta charset=shift_jis><p>";
  std::string utf8;
  for (int i = 0; i < 40; ++i) {
    shift_jis += "\x8B\xB4\x81\x42";
    utf8 += "橋。";
  }
  const auto document = extract_html(shift_jis, "text/html", "");
  REQUIRE(document);
  CHECK(seekd::snapshot_text(document->blocks) == utf8);
}
