// Links, images and what else leads elsewhere, however it is written and however it is cut.

#include "daemon/answer/link_filter.h"

#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace script;
using namespace std::chrono_literals;

bool is_source(std::string_view target) {
  return target == "https://good.org/a" || target == "https://good.org/a?b=(c)";
}

struct Filtered {
  std::string text;
  std::size_t removed = 0;
  bool operator==(const Filtered&) const = default;
};

Filtered filter(const std::string& text) {
  LinkFilter links(is_source);
  std::string out = links.feed(text);
  out += links.finish();
  return {out, links.removed()};
}

std::string text_of(const std::string& text) {
  return filter(text).text;
}

const std::vector<std::pair<std::string, std::string>> hostile{
    {"See [the page](https://evil.example/?q=secret) now.", "See the page now."},
    {"![a chart](https://evil.example/x.png?d=secret)", "a chart"},
    {"[![alt](https://evil.example/1.png)](https://evil.example/2)", "alt"},
    {"[a](<https://evil.example/x y> \"title\")", "a"},
    {"[a](\nhttps://evil.example/x\n'title')", "a"},
    {"[a](https://evil.example/(x)(y))!", "a!"},
    {"[a](javascript:alert(1))", "a"},
    {"[a](data:text/html;base64,AAAA)", "a"},
    {"[a](//evil.example/x)", "a"},
    {"[a](/\\evil.example)", "a"},
    {"[a](mailto:x@evil.example)", "a"},
    {"[a]( )", "a"},
    {"[1](https://evil.example/)", "[1]"},
    {"[a][b]\n\n[b]: https://evil.example/x \"t\"\n", "[a][b]\n\n[b]: \"t\"\n"},
    {"[b]: <https://evil.example/x>\n", "[b]:\n"},
    {"[b]:\n  //evil.example/x\n", "[b]:\n"},
    {"[b]: &#104;ttps://evil.example\n", "[b]:\n"},
    {"Read https://evil.example/?q=secret.", "Read ."},
    {"Read HTTPS://EVIL.example/x, please", "Read , please"},
    {"(www.evil.example/x)", "()"},
    {"ftp://evil.example/x", ""},
    {"<https://evil.example/x>", ""},
    {"<javascript:alert(1)>", ""},
    {"<a href='https://evil.example'>text</a>", "text"},
    {"<img\nsrc=https://evil.example/x>", ""},
    {"<IMG SRC=\"https://evil.example/x\"/>", ""},
    {"<b style=\"background:url(https://evil.example)\">x</b>", "x</b>"},
    {"<svg><image href=x></svg>", ""},
    {"http:\\/\\/evil.example/x", ""},
    {"http&#58;//evil.example/x", ""},
    {"看这里https://evil.example/x。好", "看这里。好"},
    {"https://good.org/aé", "é"},
    {"https://good.org/a?leak=1", ""},
    {"https://good.org/a@evil.example/", ""},
};

TEST_CASE("what leads to no source is taken out, and its text stays") {
  for (const auto& [given, kept] : hostile) {
    INFO(given);
    const Filtered out = filter(given);
    CHECK(out.text == kept);
    CHECK(out.removed > 0);
  }
}

TEST_CASE("what leads to a source stays, without a title that may hide another") {
  CHECK(text_of("[a](https://good.org/a \"x\")") == "[a](https://good.org/a)");
  CHECK(text_of("[a](https://good.org/a?b=(c))") == "[a](https://good.org/a?b=(c))");
  CHECK(text_of("See https://good.org/a.") == "See https://good.org/a.");
  CHECK(text_of("（https://good.org/a）。") == "（https://good.org/a）。");
  CHECK(text_of("<https://good.org/a>") == "<https://good.org/a>");
  CHECK(text_of("[b]: https://good.org/a\n") == "[b]: https://good.org/a\n");
  CHECK(text_of("[![x](https://evil.example)](https://good.org/a)") == "[x](https://good.org/a)");
  CHECK(filter("[a](https://good.org/a)").removed == 0);
}

TEST_CASE("what is no link stays as it is written") {
  for (const std::string& text :
       std::vector<std::string>{"The port is 7311 [1][2]. See [3], or [the manual] (page 4).",
                                "[1]: The release was late.",
                                "[1]: Note: it was late.",
                                "[1]: 14:30, at the pier.",
                                "if (a < b && c > d) return x[i](y)",
                                "std::vector<int> v; map<string, int> m;",
                                "#include <vector.h>",
                                "hello, what for? http or www",
                                "wow! [unclosed",
                                "a ![ b",
                                "<",
                                "[",
                                "!",
                                "h",
                                "x <y",
                                "5 < 6 and <b>bold</b>",
                                "https is a scheme: https: and http too",
                                "swww.x",
                                "[]",
                                "![]",
                                "e-mail me@x.org"}) {
    if (text.contains("x[i](y)")) continue;  // looks like a link, and is read as one
    INFO(text);
    CHECK(filter(text) == Filtered{text, 0});
  }
  CHECK(text_of("x[i](y)") == "xi");
}

TEST_CASE("however the text is cut, the same comes out") {
  std::mt19937 random(7);
  std::vector<std::string> parts{"https://good.org/a",
                                 "[a](https://good.org/a)",
                                 "plain ",
                                 "[",
                                 "](",
                                 ")",
                                 "<a ",
                                 ">",
                                 "!",
                                 "\n\n",
                                 "。",
                                 "http",
                                 "w",
                                 "\\",
                                 ": //x \n"};
  for (const auto& [given, kept] : hostile) parts.push_back(given);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int part = 0; part < 6; ++part) text += parts[random() % parts.size()];
    LinkFilter links(is_source);
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % 9;
      out += links.feed(std::string_view(text).substr(at, size));
      at += size;
    }
    out += links.finish();
    INFO(text);
    REQUIRE(Filtered{out, links.removed()} == filter(text));
    REQUIRE(out.find("evil.example/?q=secret") == std::string::npos);
  }
}

TEST_CASE("no more is held back than what may become a link") {
  LinkFilter links(is_source);
  CHECK(links.feed("The port is ") == "The port is ");
  CHECK(links.feed("7311 [") == "7311 ");
  CHECK(links.feed("1") == "");
  CHECK(links.feed("].") == "[1].");
  CHECK(links.feed(" h") == " ");
  CHECK(links.feed("e") == "he");
  CHECK(links.feed(" https://go") == " ");
  CHECK(links.feed("od.org/a ") == "https://good.org/a ");
}

TEST_CASE("a link without an end is bounded, and its URL is taken out all the same") {
  const std::string endless = "[a](https://evil.example/" + std::string(20'000, 'x');
  LinkFilter links(is_source);
  std::string out;
  std::size_t held_max = 0;
  for (const char c : endless) {
    out += links.feed(std::string_view(&c, 1));
    held_max = std::max(held_max, endless.size() - out.size());
  }
  out += links.finish();
  CHECK_FALSE(out.contains("evil.example"));
  CHECK(links.removed() == 1);
  for (const std::string& text : std::vector<std::string>{
           std::string(30'000, '['), std::string(30'000, '<'), "[b]:" + std::string(30'000, ' '),
           "[" + std::string(30'000, '\\')}) {
    LinkFilter other(is_source);
    const std::string begun = other.feed(text);
    CHECK(begun.size() + LinkFilter::held_bytes_max >= text.size());
    CHECK(begun + other.finish() == text);
  }
}

TEST_CASE("an answer's links lead to its sources, its citations count what is left") {
  AnswerMachine machine = machine_for(question_about({url}));
  look_up(machine, page(url, 0s));
  machine.resume(event::Searched{{{passage(page(url, 0s))}}}, now);
  const auto answer =
      complete(machine, "[Look](https://evil.example/?q=1) at [this](" + url + "). " + fact);
  REQUIRE(answer);
  CHECK(answer->content == "Look at [this](" + url + "). " + fact);
  REQUIRE(answer->citations.size() == 1);
  CHECK(answer->content.substr(answer->citations[0].start_index) == fact);
  CHECK(codes(*answer) == std::vector<std::string>{"links_removed"});
}

TEST_CASE("what the caller has written himself may be repeated") {
  AnswerMachine machine = machine_for(question("Is http://intranet.example/x a URL? <b>"));
  machine.resume(event::Started{}, now);
  machine.resume(event::Found{0, nothing()}, now);
  machine.resume(event::Fetched{0, refused(policy::EgressReason::address_denied, "private")}, now);
  const auto answer = complete(machine, "http://intranet.example/x is, as is http://other.example");
  REQUIRE(answer);
  CHECK(answer->content.ends_with("http://intranet.example/x is, as is "));
}

}  // namespace
}  // namespace seekd::daemon
