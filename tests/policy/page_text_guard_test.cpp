#include "policy/page_text_guard.h"

#include <random>
#include <string>

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

using namespace std::string_literals;

TEST_CASE("visible text passes unchanged") {
  for (const std::string& text :
       {""s, "plain text"s, "line\n\tindented"s, "naïve café, Größe"s, "新闻 – 模型 “发布”"s,
        "العربية فارسی עברית"s, "हिन्दी தமிழ்"s, "e\u0301 combining"s, "🙂 👍🏽"s,
        "\u00a0\u2003wide"s, "\ue000 private use"s, "\U0010FFFD"s, "<｜User｜> <|im_start|>"s,
        "a < b && c > d"s}) {
    CAPTURE(text);
    CHECK(visible_text(text) == text);
  }
}

TEST_CASE("what no reader sees is removed") {
  const struct {
    const char* what;
    std::string hidden;
  } cases[] = {
      {"NUL", "\0"s},
      {"escape", "\x1b"},
      {"carriage return", "\r"},
      {"delete", "\x7f"},
      {"C1 control sequence introducer", "\u009b"},
      {"next line", "\u0085"},
      {"soft hyphen", "\u00ad"},
      {"combining grapheme joiner", "\u034f"},
      {"Arabic letter mark", "\u061c"},
      {"Hangul filler", "\u3164"},
      {"Mongolian vowel separator", "\u180e"},
      {"zero width space", "\u200b"},
      {"zero width non-joiner", "\u200c"},
      {"zero width joiner", "\u200d"},
      {"left-to-right mark", "\u200e"},
      {"right-to-left mark", "\u200f"},
      {"left-to-right embedding", "\u202a"},
      {"right-to-left override", "\u202e"},
      {"word joiner", "\u2060"},
      {"invisible times", "\u2062"},
      {"first strong isolate", "\u2068"},
      {"pop directional isolate", "\u2069"},
      {"nominal digit shapes", "\u206f"},
      {"variation selector 1", "\ufe00"},
      {"variation selector 16", "\ufe0f"},
      {"byte-order mark", "\ufeff"},
      {"interlinear annotation anchor", "\ufff9"},
      {"noncharacter U+FDD0", "\ufdd0"},
      {"noncharacter U+FFFE", "\ufffe"},
      {"noncharacter U+10FFFF", "\U0010ffff"},
      {"language tag", "\U000E0001"},
      {"tag letters", "\U000E0048\U000E0069"},
      {"cancel tag", "\U000E007F"},
      {"variation selector 17", "\U000E0100"},
      {"variation selector 256", "\U000E01EF"},
      {"lone continuation byte", "\x80"},
      {"lone lead byte", "\xc3"},
      {"overlong slash", "\xc0\xaf"},
      {"overlong NUL", "\xe0\x80\x80"},
      {"surrogate", "\xed\xa0\x80"},
      {"beyond U+10FFFF", "\xf4\x90\x80\x80"},
      {"five-byte form", "\xf8\x88\x80\x80\x80"},
      {"0xff", "\xff"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    CHECK(visible_text(c.hidden).empty());
    CHECK(visible_text("a" + c.hidden + "b") == "ab");
    CHECK(visible_text("é" + c.hidden) == "é");
  }
}

TEST_CASE("a broken sequence does not swallow the character behind it") {
  CHECK(visible_text("\xe2\x82"
                     "A") == "A");
  CHECK(visible_text("\xf0\x9f\x99"
                     "é") == "é");
  CHECK(visible_text("\xc3\n") == "\n");
}

TEST_CASE("what stays is its own visible text, whatever bytes came in") {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 24; left > 0; --left) {
      // Mostly lead and continuation bytes: uniform bytes are seldom near UTF-8.
      text += static_cast<char>(random() % 3 == 0 ? random() % 256 : 0x80 + random() % 0x80);
    }
    const std::string once = visible_text(text);
    REQUIRE(visible_text(once) == once);
  }
}

}  // namespace
}  // namespace seekd::policy
