// What a text is found by.

#include "cache/index/terms.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::cache;

namespace {

std::vector<std::string> terms(std::string_view text) {
  Result<TermReader> reader = TermReader::create();
  REQUIRE(reader);
  return reader->read(text, Language::english);
}

bool has(std::string_view text, const std::string& term) {
  const std::vector<std::string> found = terms(text);
  return std::ranges::find(found, term) != found.end();
}

using Terms = std::vector<std::string>;

}  // namespace

TEST_CASE("Words are folded and stemmed") {
  CHECK(terms("The Falcons are FLYING, quickly!") == Terms{"the", "falcon", "are", "fli", "quick"});
  CHECK(terms("fly flies") == Terms{"fli", "fli"});
  CHECK(terms("Straße ＡＢＣ１２ Ünïcode") == Terms{"strass", "abc12", "ünïcode"});
  CHECK(terms("the falcon's nest") == Terms{"the", "falcon", "nest"});
  CHECK(terms("").empty());
  CHECK(terms(" \n\t -- …").empty());
}

TEST_CASE("Numbers and versions stay whole") {
  CHECK(terms("12.5 1,000 v1.2.3 3.11.0") == Terms{"12.5", "1,000", "v1.2.3", "3.11.0"});
}

TEST_CASE("Names with digits are found whole and by their parts") {
  CHECK(terms("CVE-2026-1234") == Terms{"cve", "2026", "1234", "cve-2026-1234"});
  CHECK(has("see covid-19.", "covid-19"));
  CHECK(has("doi:10.1000/182", "doi:10.1000/182"));
  CHECK(has("on 2026-11-22,", "2026-11-22"));
  CHECK(terms("well-known") == Terms{"well", "known"});
  CHECK(terms("a - 1") == Terms{"a", "1"});
}

TEST_CASE("Domain names and identifiers are found whole and by their parts") {
  CHECK(has("www.example.org", "www.example.org"));
  CHECK(has("www.example.org", "exampl"));
  CHECK(has("block_cache_bytes", "block_cache_bytes"));
  CHECK(has("block_cache_bytes", "cach"));
}

TEST_CASE("Han, Kana and Hangul become pairs of characters") {
  CHECK(terms("猎鹰飞行") == Terms{"猎鹰", "鹰飞", "飞行"});
  CHECK(terms("水") == Terms{"水"});
  CHECK(terms("はやぶさ") == Terms{"はや", "やぶ", "ぶさ"});
  CHECK(terms("한국어") == Terms{"한국", "국어"});
  CHECK(terms("猎鹰，飞行") == Terms{"猎鹰", "飞行"});
  CHECK(terms("iPhone手机15") == Terms{"iphon", "手机", "15"});
}

TEST_CASE("Bytes that are no UTF-8 separate words and harm nothing") {
  CHECK(has("falcon\xff\xfe kestrel", "kestrel"));
  CHECK(has("falcon\xe7\x8c", "falcon"));
  CHECK(has(std::string("nul\0byte", 8), "byte"));
  for (int byte = 0; byte < 256; ++byte) terms(std::string(5, static_cast<char>(byte)));
}

TEST_CASE("A word without end is cut between characters") {
  for (const std::string& term : terms(std::string(100'000, 'x'))) {
    CHECK(term.size() <= term_bytes_max);
  }
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "aé";
  for (const std::string& term : terms(accents)) {
    CHECK(term.size() <= term_bytes_max);
    CHECK(static_cast<unsigned char>(term.back()) != 0xc3);
  }
  std::string dashes;
  for (int i = 0; i < 10'000; ++i) dashes += "1-";
  CHECK(terms(dashes).size() == 10'000);
}
