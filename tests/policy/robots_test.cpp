#include "policy/robots.h"

#include <chrono>
#include <ctime>
#include <string>

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

using namespace std::string_literals;

bool allows(std::string_view text, std::string_view target, std::string_view agent = "FooBot") {
  return robots_allow(parse_robots(text, agent), target);
}

// One rule for everybody.
bool rule_matches(const std::string& pattern, std::string_view target) {
  return !allows("user-agent: *\ndisallow: " + pattern + "\n", target);
}

TEST_CASE("RFC 9309 §2.2.1: an empty file, and a file without a group for the agent, allow all") {
  CHECK(allows("", "/x"));
  CHECK(allows("disallow: /\n", "/x"));
  CHECK(allows("user-agent: BarBot\ndisallow: /\n", "/x"));
  CHECK(allows("user-agent: FooBot\ndisallow:\n", "/x"));
}

TEST_CASE("RFC 9309 §2.2.1: the product token is compared without regard to case") {
  for (const char* line :
       {"User-Agent: FooBot", "user-agent:foobot", "USER-AGENT : FOOBOT", "user-agent: FooBot/2.1",
        "user-agent: FooBot (+https://foo.bar/)", "user-agent: foobot # us"}) {
    CAPTURE(line);
    CHECK_FALSE(allows(line + "\nDISALLOW: /\n"s, "/x"));
  }
  for (const char* line : {"user-agent: Foo", "user-agent: FooBots", "user-agent: FooBot-News",
                           "user-agent: My FooBot", "user-agent:"}) {
    CAPTURE(line);
    CHECK(allows(line + "\ndisallow: /\n"s, "/x"));
  }
  CHECK_FALSE(allows("user-agent: foobot\ndisallow: /\n", "/x", "FooBot/0.1"));
  CHECK_FALSE(allows("user-agent: foo-bot_2\ndisallow: /\n", "/x", "Foo-Bot_2"));
}

TEST_CASE("RFC 9309 §2.2.1: groups for the same agent are combined") {
  const char* text =
      "user-agent: FooBot\ndisallow: /a\n\n"
      "user-agent: BarBot\ndisallow: /b\n\n"
      "user-agent: foobot\ndisallow: /c\n";
  CHECK_FALSE(allows(text, "/a"));
  CHECK(allows(text, "/b"));
  CHECK_FALSE(allows(text, "/c"));
}

TEST_CASE("RFC 9309 §2.2.1: several user-agent lines share one group") {
  const char* text = "user-agent: BarBot\nuser-agent: FooBot\ndisallow: /a\n";
  CHECK_FALSE(allows(text, "/a"));
  CHECK_FALSE(allows(text, "/a", "BarBot"));
  CHECK(allows(text, "/a", "BazBot"));
}

TEST_CASE("RFC 9309 §2.2.1: the group for '*' applies where no group names the agent") {
  const char* text = "user-agent: *\ndisallow: /\nuser-agent: FooBot\ndisallow: /a\n";
  CHECK(allows(text, "/b"));
  CHECK_FALSE(allows(text, "/a"));
  CHECK_FALSE(allows(text, "/b", "BarBot"));
  CHECK(allows("user-agent: *\ndisallow: /\nuser-agent: FooBot\n", "/b"));
  CHECK_FALSE(allows("user-agent: * (all)\ndisallow: /\n", "/b"));
  CHECK(allows("user-agent: *bot\ndisallow: /\n", "/b"));
}

TEST_CASE("RFC 9309 §2.2.2: the longest match wins, whatever the order") {
  CHECK(allows("user-agent: *\ndisallow: /x/page.html\nallow: /x/\n", "/x/"));
  CHECK_FALSE(allows("user-agent: *\ndisallow: /x/page.html\nallow: /x/\n", "/x/page.html"));
  CHECK(allows("user-agent: *\nallow: /x/page.html\ndisallow: /x/\n", "/x/page.html"));
  CHECK_FALSE(allows("user-agent: *\nallow: /x/page.html\ndisallow: /x/\n", "/x/a"));
  CHECK_FALSE(allows("user-agent: *\nallow: /page\ndisallow: /*.html\n", "/page.html"));
  CHECK(allows("user-agent: *\nallow: /x/page.\ndisallow: /*.html\n", "/x/page.html"));
}

TEST_CASE("RFC 9309 §2.2.2: on a tie allow wins") {
  CHECK(allows("user-agent: *\ndisallow: /a\nallow: /a\n", "/a"));
  CHECK(allows("user-agent: *\nallow: /a\ndisallow: /a\n", "/a"));
  CHECK(allows("user-agent: *\nallow: /$\ndisallow: /\n", "/"));
  CHECK_FALSE(allows("user-agent: *\nallow: /$\ndisallow: /\n", "/page"));
}

TEST_CASE("RFC 9309 §2.2.2: paths are compared with regard to case, by prefix, query included") {
  CHECK(rule_matches("/fish", "/fish"));
  CHECK(rule_matches("/fish", "/fish.html"));
  CHECK(rule_matches("/fish", "/fishheads/yummy.html"));
  CHECK(rule_matches("/fish", "/fish.php?id=anything"));
  CHECK_FALSE(rule_matches("/fish", "/Fish.asp"));
  CHECK_FALSE(rule_matches("/fish", "/catfish"));
  CHECK_FALSE(rule_matches("/fish/", "/fish"));
  CHECK(rule_matches("/a?b", "/a?bc"));
  CHECK_FALSE(rule_matches("/a?b", "/a"));
}

TEST_CASE("a rule whose value is no path matches nothing") {
  CHECK_FALSE(rule_matches("", "/x"));
  CHECK_FALSE(rule_matches("fish", "/fish"));
  CHECK_FALSE(rule_matches("https://foo.bar/fish", "/fish"));
  CHECK_FALSE(rule_matches("$", "/"));
}

TEST_CASE("RFC 9309 §2.2.3: '*' is any sequence and a final '$' the end") {
  const struct {
    const char* pattern;
    const char* target;
    bool matches;
  } cases[] = {
      {"*", "/x", true},
      {"/*", "/", true},
      {"*/x", "/a/x", true},
      {"/fish*", "/fishheads", true},
      {"/*.php", "/filename.php?parameters", true},
      {"/*.php", "/folder/any.php.file.html", true},
      {"/*.php", "/windows.PHP", false},
      {"/*.php$", "/filename.php", true},
      {"/*.php$", "/filename.php?parameters", false},
      {"/*.php$", "/filename.php/", false},
      {"/*.php$", "/a.php.php", true},
      {"/fish*.php", "/fishheads/catfish.php?parameters", true},
      {"/fish*.php", "/Fish.PHP", false},
      {"/a*b*c", "/axxbxxc", true},
      {"/a*b*c", "/axxcxxb", false},
      {"/a**b", "/aXb", true},
      {"/a*a$", "/a", false},
      {"/a*a$", "/aa", true},
      {"/ab*ab$", "/ab", false},
      {"/ab*b$", "/ab", false},
      {"/a$", "/a", true},
      {"/a$", "/ab", false},
      {"/a$b", "/a$b", true},
      {"/a$b", "/a", false},
      {"/a*$", "/abc", true},
      {"/a$$", "/a$", true},
      {"/path/file-with-a-%2A.html", "/path/file-with-a-*.html", true},
      {"/path/file-with-a-%2a.html", "/path/file-with-a-%2A.html", true},
      {"/path/file-with-a-%2A.html", "/path/file-with-a-x.html", false},
      {"/path/foo-%24", "/path/foo-$", true},
      {"/path/foo-%24", "/path/foo-", false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.pattern, c.target);
    CHECK(rule_matches(c.pattern, c.target) == c.matches);
  }
}

TEST_CASE("RFC 9309 §2.2.2: two spellings of one URI are the same, as the table says") {
  const char* pairs[][2] = {
      {"/foo/bar?baz=quz", "/foo/bar?baz=quz"},
      {"/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"},
      {"/foo/bar?baz=https%3a%2f%2ffoo.bar", "/foo/bar?baz=https://foo.bar"},
      {"/foo/bar/ツ", "/foo/bar/%E3%83%84"},
      {"/foo/bar/%e3%83%84", "/foo/bar/%E3%83%84"},
      {"/foo/bar/%62%61%7A", "/foo/bar/baz"},
      {"/foo/bar/baz", "/foo/bar/%62%61%7A"},
      {"/a b", "/a%20b"},
      {"/100%", "/100%25"},
  };
  for (const auto& [pattern, target] : pairs) {
    CAPTURE(pattern, target);
    CHECK(rule_matches(pattern, target));
  }
  CHECK_FALSE(rule_matches("/a%2Fb", "/a/b"));
  CHECK_FALSE(rule_matches("/a/b", "/a%2Fb"));
}

TEST_CASE("RFC 9309 §2.2.2: /robots.txt itself is always allowed") {
  CHECK(allows("user-agent: *\ndisallow: /\n", "/robots.txt"));
  CHECK_FALSE(allows("user-agent: *\ndisallow: /\n", "/robots.txt.bak"));
  CHECK_FALSE(allows("user-agent: *\ndisallow: /\n", "/x/robots.txt"));
}

TEST_CASE("RFC 9309 §2.2: lines end in CR, LF or CRLF, the last one also without") {
  for (const char* end : {"\n", "\r\n", "\r", "\n\n", "\r\r\n"}) {
    const std::string text = "user-agent: FooBot"s + end + "disallow: /a" + end + "disallow: /b";
    CAPTURE(text);
    CHECK_FALSE(allows(text, "/a"));
    CHECK_FALSE(allows(text, "/b"));
    CHECK(allows(text, "/c"));
  }
}

TEST_CASE("white space, comments and a byte-order mark are no part of a rule") {
  CHECK_FALSE(allows("\xEF\xBB\xBFuser-agent: FooBot\ndisallow: /\n", "/x"));
  CHECK_FALSE(allows("# hello\n \tuser-agent :\tFooBot \t# us\n\tdisallow : /x\t#y\n", "/x"));
  CHECK_FALSE(allows("user-agent FooBot\ndisallow /\n", "/x"));
  CHECK(allows("user-agent FooBot\ndisallow the path /\n", "/x"));
}

TEST_CASE("RFC 9309 §2.2.4: other records do not interfere with groups") {
  CHECK_FALSE(
      allows("user-agent: BarBot\nsitemap: https://x/\nuser-agent: *\ndisallow: /\n", "/x"));
  CHECK_FALSE(allows("user-agent: BarBot\nsitemap: https://x/\nuser-agent: *\ndisallow: /\n", "/x",
                     "BarBot"));
  CHECK_FALSE(allows("user-agent: FooBot\ncrawl-delay: 5\nnonsense\n:\ndisallow: /x\n", "/x"));
}

TEST_CASE("binary bytes in the file are skipped, and rules around them still read") {
  const std::string text = "\x00\xff\xfe: \x01\nuser-agent: FooBot\n\x80\x81\ndisallow: /\xff\n"s;
  CHECK_FALSE(allows(text, "/%FF"));
  CHECK(allows(text, "/x"));
}

TEST_CASE(
    "RFC 9309 §2.5: at least 500 KiB are parsed, and a rule that the limit cuts is not read") {
  std::string text = "user-agent: *\n";
  while (text.size() < 500 * 1024) text += "# " + std::string(1000, 'x') + "\n";
  text += "disallow: /late\n";
  CHECK_FALSE(allows(text, "/late"));

  // Cut after "/", the rule would say something else.
  const std::string rule = "disallow: /never-meant-for-everything\n";
  text += std::string(robots_bytes_max - text.size() - 12, '#') + "\n" + rule;
  CHECK(text.substr(robots_bytes_max - 11, 11) == "disallow: /");
  CHECK(allows(text, "/x"));
  CHECK_FALSE(allows(text, "/late"));
}

TEST_CASE("at most robots_rules_max rules are kept") {
  std::string text = "user-agent: *\n";
  for (std::size_t i = 0; i < robots_rules_max + 5; ++i)
    text += "disallow: /" + std::to_string(i) + "\n";
  CHECK(parse_robots(text, "FooBot").rules.size() == robots_rules_max);
}

TEST_CASE("hostile patterns cost no more than their length") {
  std::string stars = "disallow: /";
  for (int i = 0; i < 500; ++i) stars += "a*";
  std::string text = "user-agent: *\n";
  while (text.size() < robots_bytes_max - 2000) text += stars + "b$\n";
  const RobotsRules many_stars = parse_robots(text, "FooBot");

  text = "user-agent: *\n";
  while (text.size() < robots_bytes_max - 2000) {
    text += "disallow: /*" + std::string(30, 'a') + "b\n";
  }
  const RobotsRules many_rules = parse_robots(text, "FooBot");
  const std::string target = "/" + std::string(2000, 'a');

  const std::clock_t begin = std::clock();  // of this process: the host may be busy
  CHECK(robots_allow(many_stars, target));
  CHECK(robots_allow(many_rules, target));
  CHECK(std::clock() - begin < 2 * CLOCKS_PER_SEC);
}

TEST_CASE("Crawl-delay is read beside the rules of the agent's group, within a minute") {
  const auto delay = [](const std::string& text) {
    return parse_robots(text, "FooBot").crawl_delay;
  };
  using std::chrono::milliseconds;
  CHECK(delay("User-agent: FooBot\nCrawl-delay: 2\n") == milliseconds(2000));
  CHECK(delay("User-agent: *\ncrawl-delay: 0.5\nDisallow: /x\n") == milliseconds(500));
  CHECK(delay("User-agent: *\nCrawl-delay: 5\n\nUser-agent: FooBot\nDisallow: /x\n") ==
        milliseconds(0));
  CHECK(delay("User-agent: other\nCrawl-delay: 5\n") == milliseconds(0));
  CHECK(delay("User-agent: *\nCrawl-delay: 86400\n") == crawl_delay_max);
  for (const char* bad : {"-1", "x", "1s", "nan", "inf", "1e3", "", "0", "0x10", "1 2"}) {
    INFO(bad);
    CHECK(delay("User-agent: *\nCrawl-delay: " + std::string(bad) + "\n") == milliseconds(0));
  }
}

TEST_CASE("a rule with characters that a URL tolerates meets the URL's canonical spelling") {
  const auto rules = [](const std::string& path) {
    return parse_robots("User-agent: *\nDisallow: " + path + "\n", "FooBot");
  };
  CHECK_FALSE(robots_allow(rules("/a|b"), "/a%7Cb"));
  CHECK_FALSE(robots_allow(rules("/[x]"), "/%5Bx%5D"));
  CHECK_FALSE(robots_allow(rules("/{x}"), "/%7Bx%7D/y"));
  CHECK_FALSE(robots_allow(rules("/?a[]="), "/?a%5B%5D=1"));
  CHECK_FALSE(robots_allow(rules("/?a%5B%5D="), "/?a[]=1"));
  CHECK_FALSE(robots_allow(rules("/*^"), "/x%5E"));
}

TEST_CASE("the agent is the product token, whatever the header says behind it") {
  const std::string text = "User-agent: FooBot\nDisallow: /\n";
  for (const char* agent : {"FooBot", "foobot/1.0", "FooBot (+https://example.org/)"}) {
    CHECK_FALSE(robots_allow(parse_robots(text, agent), "/x"));
  }
}

}  // namespace
}  // namespace seekd::policy
