// Claims and passages, supported or not, in English, Chinese and Japanese: numbers, dates, names
// and quotes in other spellings, and hostile ones that take most words of a page and say another
// thing.

#include "daemon/answer/claims.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "daemon/answer/citations.h"

namespace seekd::daemon {
namespace {

struct Pair {
  std::string claim;
  std::string page;
};

bool is_supported(const Pair& pair) {
  Passage passage;
  passage.title = "";
  passage.text = pair.page;
  passage.byte_end = pair.page.size();
  return !find_supports(pair.claim, std::vector<Passage>{passage}, pair.claim).supports.empty();
}

const std::vector<Pair> supported{
    {"Kestrel 4.2 was released on March 14, 2026.", "Kestrel 4.2 was released on 14 March 2026."},
    {"Kestrel 4.2 was released on 2026-03-14.", "Kestrel 4.2 was released on 14 March 2026."},
    {"Kestrel 4.2 was released on the 14th of March 2026.",
     "Kestrel 4.2 was released on 2026-03-14."},
    {"Kestrel 4.2 was released in March 2026.", "Kestrel 4.2 was released on 14 March 2026."},
    {"Kestrel 4.2 was released in 2026.", "Kestrel 4.2 was released on 14 Mar. 2026."},
    {"The bridge opened on 9 May 1987.", "The bridge opened on May 9th, 1987."},
    {"The bridge opened on 9 May 1987.", "In 1987 the bridge opened on 9 May."},
    {"The fair begins on 3 October.", "The fair begins on October 3."},
    {"The bridge is 1284 metres long.", "The bridge is 1,284 metres long."},
    {"The bridge is 1,284 metres long.", "The bridge is 1\u202f284 metres long."},
    {"The city has 1,204,500 inhabitants.", "The city has 1204500 inhabitants."},
    {"The share is 12.5 percent.", "The share is 12.5 %."},
    {"The share is 12.5%.", "The share is 12.5 percent."},
    {"It is -5 °C in winter.", "It is −5 °C in winter."},
    {"The ticket costs €9.", "The ticket costs €9 for adults."},
    {"Three nodes make a cluster.", "3 nodes make a cluster."},
    {"The manual says \"never run it as root\".", "The manual says \"never run it as root\"."},
    {"Marit Dahl won the women's race in 2:31:07.",
     "Marit Dahl won the women's race in 2:31:07 and Tomas Berrig won the men's race in 2:14:52."},
    {"Kestrel needs two gigabytes of disk.",
     "Kestrel needs 512 megabytes of memory and two gigabytes of disk."},
    {"Osprey listens on port 9402.", "Kestrel listens on port 7311, Osprey listens on port 9402."},
    {"The tower is 143 metres high.", "The tower, built in 2013, is 143 metres high."},
    {"云雀 5.0 版于 2026 年 1 月 20 日发布。", "云雀 5.0 版于 2026年1月20日发布。"},
    {"云雀 5.0 版于 2026 年 1 月发布。", "云雀 5.0 版于 2026年1月20日发布。"},
    {"大桥于 2018 年 6 月 1 日开通。", "大桥于二〇一八年六月一日开通。"},
    {"图书馆有 300 个座位。", "图书馆有三百个座位。"},
    {"图书馆藏书 86 万册。", "青岚市图书馆藏书 86 万册。"},
    {"云雀的默认端口是 8126。", "云雀的默认端口是 8126，白鹭的默认端口是 5540。"},
    {"成人票价为 38 元。", "成人票价为 38 元，儿童票价为 19 元。"},
    {"馆长是沈若溪。", "青岚市图书馆的馆长是沈若溪。"},
    {"橋は2013年4月2日に開通した。", "橋は2013-04-02に開通した。"},
    {"橋は2013年4月に開通した。", "橋は2013年4月2日に開通した。"},
    {"富士山の標高は3776メートルである。", "富士山の標高は3,776メートルである。"},
    {"東京タワーの高さは333メートルである。", "東京タワーの高さは333メートルである。"},
};

const std::vector<Pair> unsupported{
    // Another day, month, year.
    {"Kestrel 4.2 was released on 15 March 2026.", "Kestrel 4.2 was released on 14 March 2026."},
    {"Kestrel 4.2 was released on 14 March 2025.", "Kestrel 4.2 was released on 14 March 2026."},
    {"Kestrel 4.2 was released on 14 May 2026.", "Kestrel 4.2 was released on 2026-03-14."},
    {"Kestrel 4.2 was released on 14 March 2026.", "Kestrel 4.2 was released in March 2026."},
    {"The fair is open on 14 April.", "The fair is open from 14 March to 20 April."},
    {"The fair is open in April 2025.", "The fair is open in April 2026, and was in May 2025."},
    {"大桥于 2018 年 6 月 2 日开通。", "大桥于 2018 年 6 月 1 日开通。"},
    {"大桥于 2019 年开通。", "大桥于 2018 年开通。"},
    {"橋は2014年4月に開通した。", "橋は2013年4月2日に開通した。"},
    // Another number, unit or sign.
    {"The bridge is 12,84 metres long.", "The bridge is 1,284 metres long."},
    {"The bridge is 3 km long.", "The bridge is 3 m long."},
    {"The bridge is 3 km long.", "The bridge is 3,500 m long."},
    {"The share is 12 percent.", "The share is 12.5 percent."},
    {"5% of the users came.", "5 of the users came."},
    {"The share is 5 percent.", "The share is 5."},
    {"It is 5 °C in winter.", "It is -5 °C in winter."},
    {"It is −5 °C in winter.", "It is 5 °C in winter."},
    {"The ticket costs $9.", "The ticket costs €9."},
    {"The city has 1,204 inhabitants.", "The city has 1,204,500 inhabitants."},
    {"Four nodes make a cluster.", "Three nodes make a cluster."},
    {"图书馆有 400 个座位。", "图书馆有三百个座位。"},
    {"图书馆藏书 86 册。", "图书馆藏书 86 万册以上，2018 年开馆。"},
    {"富士山の標高は3776センチである。", "富士山の標高は3776メートルである。"},
    // Negation, condition, doubt.
    {"Kestrel runs on Windows.", "Kestrel does not run on Windows."},
    {"Kestrel never loses messages.", "Kestrel loses messages."},
    {"Backups are encrypted.", "Backups are encrypted if a key is given."},
    {"The node crashes.", "The node may crash."},
    {"图书馆周一开放。", "图书馆周一不开放。"},
    // A swapped subject or object, the value of the next clause.
    {"Alice beat Bob.", "Bob beat Alice."},
    {"Marit Dahl won the women's race in 2:14:52.",
     "Marit Dahl won the women's race in 2:31:07 and Tomas Berrig won the men's race in 2:14:52."},
    {"Marit Dahl won the men's race in 2:14:52.",
     "Marit Dahl won the women's race in 2:31:07 and Tomas Berrig won the men's race in 2:14:52."},
    {"Kestrel listens on port 9402.", "Kestrel listens on port 7311, Osprey listens on port 9402."},
    {"Osprey listens on port 7311.", "Kestrel listens on port 7311, Osprey listens on port 9402."},
    {"The construction cost 212 euros.", "The construction cost 212 million euros."},
    {"Kestrel 4.1 was released on 14 March 2026.",
     "Kestrel 4.1 was released on 3 May 2025 and Kestrel 4.2 on 14 March 2026."},
    {"An adult pays 47 kroner.", "An adult pays 94 kroner and a child 47."},
    {"云雀的默认端口是 5540。", "云雀的默认端口是 8126，白鹭的默认端口是 5540。"},
    {"成人票价为 19 元。", "成人票价为 38 元，儿童票价为 19 元。"},
    // Names and quotes.
    {"The director is Henrike Olson.", "The director is Henrike Olsson."},
    {"The mirror was ground by Ilse Marand.", "The mirror was ground by Elsa Marand."},
    {"馆长是沈若曦。", "青岚市图书馆的馆长是沈若溪。"},
    {"The manual says \"always run it as root\".", "The manual says \"never run it as root\"."},
    {"The manual says \"run it never as root\".", "The manual says never run it as root."},
    {"The configuration is /etc/marlin.conf.", "The configuration is /etc/marlin/marlin.conf."},
    // Invented beside what is there.
    {"Kestrel 4.2 was released by the Harbour Foundation in Oslo.",
     "Kestrel 4.2 was released by the Harbour Foundation."},
    {"The largest bridge is 1,284 metres long.", "The bridge is 1,284 metres long."},
};

std::vector<std::string> claims_of(const std::vector<Pair>& pairs, bool wanted) {
  std::vector<std::string> claims;
  for (const Pair& pair : pairs) {
    if (is_supported(pair) != wanted) claims.push_back(pair.claim + " <- " + pair.page);
  }
  return claims;
}

TEST_CASE("what a page does not say is not cited from it") {
  CHECK(claims_of(unsupported, false) == std::vector<std::string>{});
}

TEST_CASE("what a page says is cited from it, however dates and numbers are spelled") {
  CHECK(claims_of(supported, true) == std::vector<std::string>{});
}

}  // namespace
}  // namespace seekd::daemon
