#include "fetcher/extract/charset.h"

#include <string>

#include <catch2/catch.hpp>

using seekd::fetcher::DeclaredIn;
using seekd::fetcher::decode;
using seekd::fetcher::detect_charset;

namespace {

std::string read(std::string_view bytes, std::string_view content_type,
                 DeclaredIn where = DeclaredIn::html) {
  return decode(bytes, detect_charset(bytes, content_type, where));
}

std::string with_meta(std::string_view charset, std::string_view text) {
  return "<meta charset=\"" + std::string(charset) + "\">" + std::string(text);
}

}  // namespace

TEST_CASE("the content type's charset is read, quoted or not, in any case", "[extract][charset]") {
  CHECK(read("\xC4\xE3\xBA\xC3", "text/html; charset=gb2312") == "你好");
  CHECK(read("\xC4\xE3\xBA\xC3", "text/html;CHARSET=\"GBK\"") == "你好");
  CHECK(read("\x95\x32\x82\x36", "text/html; charset=gb18030") == "𠀀");
  CHECK(read("\xA7\x41\xA6\x6E", "text/html; charset=big5") == "你好");
  CHECK(read("\x93\xFA\x96\x7B", "text/html; charset=Shift_JIS") == "日本");
  CHECK(read("\xC6\xFC\xCB\xDC", "text/html; charset=euc-jp") == "日本");
  CHECK(read("\xC7\xD1\xB1\xB9", "text/html; charset=euc-kr") == "한국");
  CHECK(read("\xCF\xF0\xE8", "text/html; charset=windows-1251") == "При");
  CHECK(read("\xE9", "text/html; charset=iso-8859-2") == "é");
}

TEST_CASE("latin1 is read as windows-1252 (Encoding Standard §4.2)", "[extract][charset]") {
  CHECK(read("\x93quoted\x94", "text/html; charset=iso-8859-1") == "“quoted”");
}

TEST_CASE("a byte-order mark wins over every declaration and is left out", "[extract][charset]") {
  CHECK(read("\xEF\xBB\xBFé", "text/html; charset=gbk") == "é");
  CHECK(read(std::string_view("\xFF\xFEh\0i\0", 6), "text/html; charset=utf-8") == "hi");
  CHECK(read(std::string_view("\xFE\xFF\0h\0i", 6), "") == "hi");
}

TEST_CASE("the header wins over meta, and meta over detection", "[extract][charset]") {
  CHECK(read(with_meta("big5", "\xC4\xE3\xBA\xC3"), "text/html; charset=gbk").ends_with("你好"));
  CHECK(read(with_meta("gb2312", "\xC4\xE3\xBA\xC3"), "text/html").ends_with("你好"));
  CHECK(read("<META http-equiv=Content-Type content='text/html; charset=gb2312'>\xC4\xE3", "")
            .ends_with("你"));
}

TEST_CASE("a meta that names UTF-16 means UTF-8 (HTML §13.2.3.2)", "[extract][charset]") {
  CHECK(read(with_meta("utf-16", "é"), "").ends_with("é"));
}

TEST_CASE("meta is not looked for in plain text", "[extract][charset]") {
  CHECK(detect_charset(with_meta("gbk", "é"), "text/plain", DeclaredIn::headers) == "UTF-8");
}

TEST_CASE("an unknown label is no declaration", "[extract][charset]") {
  CHECK(read("é", "text/html; charset=utf-7") == "é");
  CHECK(read("é", "text/html; charset=iso-8859-99") == "é");
  CHECK(read("é", "text/html; charset=") == "é");
  CHECK(read("é", "charset") == "é");
}

TEST_CASE("undeclared Chinese is told by its letters", "[extract][charset]") {
  const std::string gbk =
      "<p>"
      "\xCE\xD2\xC3\xC7\xD4\xDA\xB1\xB1\xBE\xA9\xB5\xC4\xBB\xE1\xD2\xE9\xC9\xCF\xCB\xB5\xB5\xBD\xC1"
      "\xCB\xD5\xE2\xB8\xF6"
      "\xCE\xCA\xCC\xE2\xA3\xAC\xCB\xFB\xC3\xC7\xB6\xBC\xCD\xAC\xD2\xE2\xC1\xCB\xA1\xA3</p>";
  CHECK(read(gbk, "") == "<p>我们在北京的会议上说到了这个问题，他们都同意了。</p>");
}

TEST_CASE("UTF-16 without a byte-order mark is told by its zeroes, in either order",
          "[extract][charset]") {
  const std::u16string text = u"<p>Grüße aus 北京, 𝄞 and more</p>";
  std::string little, big;
  for (const char16_t unit : text) {
    const char low = static_cast<char>(unit & 0xFF), high = static_cast<char>(unit >> 8);
    little += {low, high};
    big += {high, low};
  }
  const std::string expected = "<p>Grüße aus 北京, 𝄞 and more</p>";
  for (const char* type : {"", "text/html; charset=utf-16", "text/html; charset=utf-8"}) {
    INFO(type);
    CHECK(read(little, type) == expected);
    CHECK(read(big, type) == expected);
  }
  CHECK(read(big, "text/html; charset=utf-16be") == expected);
  CHECK(read(little.substr(0, little.size() - 1), "") ==
        expected.substr(0, expected.size() - 1) + "\uFFFD");
}

TEST_CASE("bytes that the charset does not know become U+FFFD, and the rest is kept",
          "[extract][charset]") {
  CHECK(read("a\xFF"
             "b",
             "text/html; charset=utf-8") ==
        "a\uFFFD"
        "b");
  CHECK(read("a\xC3", "text/html; charset=utf-8") == "a\uFFFD");
  CHECK(read(std::string_view("a\0\xD8\0b", 4), "text/html; charset=utf-16le").starts_with("a"));
}

TEST_CASE("no charset makes an empty text into something", "[extract][charset]") {
  for (const char* label :
       {"utf-8", "gb18030", "big5", "shift_jis", "iso-2022-jp", "utf-16le", ""}) {
    CHECK(read("", std::string("text/html; charset=") + label).empty());
  }
}
