#include "policy/private_data.h"

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "policy/private_numbers.h"

namespace seekd::policy {
namespace {

// The text with what is private as its kind's name.
std::string masked(std::string_view text, const MaskingPolicy& policy = {}) {
  std::string out;
  std::size_t done = 0;
  for (const PrivateSpan& span : find_private(text, policy)) {
    out.append(text.substr(done, span.begin - done)).append("[");
    out.append(to_string(span.kind)).append("]");
    done = span.end;
  }
  return out.append(text.substr(done));
}

// A key as its issuer writes it, put together here so that no scanner of repositories takes it for
// one that was lost.
std::string key(std::string_view prefix, std::string_view rest) {
  return std::string(prefix) + std::string(rest);
}

TEST_CASE("a card's number passes Luhn's check under a scheme's prefix") {
  for (const char* good :
       {"4111111111111111", "5555555555554444", "378282246310005", "6011111111111117",
        "3530111333300000", "6200000000000005", "30569309025904", "2223003122003222"}) {
    CAPTURE(good);
    CHECK(is_card_number(good));
  }
  for (const char* bad : {"4111111111111112", "1234567812345670", "4111", "", "0000000000000000",
                          "9780131103627000"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_card_number(bad));
  }
}

TEST_CASE("a resident's number has a province, a date of birth and its check character") {
  CHECK(is_resident_id("11010519491231002X"));
  CHECK(is_resident_id("440524188001010014"));
  CHECK_FALSE(is_resident_id("110105194912310021"));
  CHECK_FALSE(is_resident_id("11010519491331002X"));  // no such month
  CHECK_FALSE(is_resident_id("01010519491231002X"));
  CHECK_FALSE(is_resident_id("1101051949123100"));
}

TEST_CASE("an account's number is 1 modulo 97") {
  CHECK(is_iban("GB82WEST12345698765432"));
  CHECK(is_iban("DE89370400440532013000"));
  CHECK_FALSE(is_iban("DE88370400440532013000"));
  CHECK_FALSE(is_iban("DE89"));
}

TEST_CASE("phone numbers are masked in the forms that people write") {
  for (const char* number : {"+44 20 7946 0958",
                             "+1 (212) 555-0123",
                             "+8613800138000",
                             "+49 171/1234567",
                             "0044 20 7946 0958",
                             "13800138000",
                             "138 0013 8000",
                             "138-0013-8000",
                             "86 138 0013 8000",
                             "010-12345678",
                             "0755-1234567",
                             "(212) 555-0123",
                             "212-555-0123",
                             "1-212-555-0123",
                             "212.555.0123",
                             "020 7946 0958",
                             "06 12 34 56 78",
                             "0171/1234567",
                             "090-1234-5678",
                             "１３８００１３８０００",
                             "138\u200b0013\u200b8000",
                             "+44\u00a020\u00a07946\u00a00958",
                             "212\u2010555\u20100123"}) {
    CAPTURE(number);
    CHECK(masked("who owns " + std::string(number) + "?") == "who owns [phone]?");
  }
  CHECK(masked("我的手机号13800138000被停机了") == "我的手机号[phone]被停机了");
  CHECK(masked("call me at 555 0123 please") == "call me at [phone] please");
}

TEST_CASE("numbers that are no phone's pass") {
  for (const char* text : {"the population was 1300138000 in 2019",
                           "1,380,013,800 people",
                           "3.14159265358979",
                           "from 2024-01-02 to 2025-03-04",
                           "01/02/2024 12:30",
                           "02.03.2024 14",
                           "ISBN 978-0-13-110362-7",
                           "0-13-110362-8",
                           "550e8400-e29b-41d4-a716-446655440000",
                           "1718000000",
                           "RFC 9110 section 8.8.3",
                           "versions 1.2.3.4 and 10.0.19045.3803",
                           "192.168.100.200",
                           "https://example.org/item/13800138000",
                           "doi:10.1038/s41586-021-03819-2",
                           "arXiv 2401.01234",
                           "order no. 20240102030405",
                           "commit 1234567890abcdef",
                           "1914-1918 and 1939-1945",
                           "$1 234 567 890",
                           "the call of 2024",
                           "call 911",
                           "cell line PD 0332991",
                           "29903 43386 63231 80282",
                           "call them: 1 2 3 4 5 6",
                           "3 000 000 km",
                           "PMID 12345678",
                           "15000000000000"}) {
    CAPTURE(text);
    CHECK(masked(text) == text);
  }
}

TEST_CASE("cards, identity numbers and accounts are masked") {
  CHECK(masked("is 4111 1111 1111 1111 12/27 stolen") == "is [card] 12/27 stolen");
  CHECK(masked("4111-1111-1111-1111") == "[card]");
  CHECK(masked("４１１１１１１１１１１１１１１１") == "[card]");
  CHECK(masked("身份证 11010519491231002X 查询") == "身份证 [id] 查询");
  CHECK(masked("11010519491231002x") == "[id]");
  CHECK(masked("my SSN is 219-09-9999.") == "my SSN is [id].");
  CHECK(masked("CPF 529.982.247-25") == "CPF [id]");
  CHECK(masked("passport no. E12345678 expired") == "passport no. [id] expired");
  CHECK(masked("护照号码E12345678过期") == "护照号码[id]过期");
  CHECK(masked("pay GB82 WEST 1234 5698 7654 32 NOW") == "pay [account] NOW");
  CHECK(masked("DE89370400440532013000") == "[account]");
}

TEST_CASE("e-mail addresses are masked") {
  CHECK(masked("who is jane.doe+news@mail.example.org?") == "who is [email]?");
  CHECK(masked("发到test@example.com。") == "发到[email]。");
  CHECK(masked("mail ｊａｎｅ＠example.org") == "mail [email]");
  CHECK(masked("the @ sign, @handle and user@localhost") ==
        "the @ sign, @handle and user@localhost");
}

TEST_CASE("keys and passwords are masked") {
  const std::string drawn = "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5";
  for (const std::string& secret :
       {key("sk-", "proj-" + drawn), key("ghp_", drawn), key("AKIA", "IOSFODNN7EXAMPLE"),
        key("xoxb-", "123456789012-abcdefghijkl"), key("hf_", drawn), drawn,
        key("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N")}) {
    CAPTURE(secret);
    CHECK(masked("why is " + secret + " refused") == "why is [key] refused");
  }
  CHECK(masked("password: hunter2hunter2!") == "password: [key]");
  CHECK(masked("密码是abc12345 忘了") == "密码是[key] 忘了");
  CHECK(masked("https://a.example/?token=" + drawn) == "https://a.example/?token=[key]");
  CHECK(masked("postgres://root:s3cret@db.example/x") == "postgres://[key]/x");
  CHECK(masked("Authorization: Bearer 0123456789abcdef0123") == "Authorization: Bearer [key]");
  const std::string pem =
      key("-----BEGIN RSA ", "PRIVATE KEY-----\nMIIE\n-----END RSA ") + "PRIVATE KEY-----";
  CHECK(masked("what is " + pem + " for") == "what is [key] for");
}

TEST_CASE("what looks like a key and is public passes") {
  for (const char* text :
       {"commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "AbstractSingletonProxyFactoryBean2Impl", "password: string, required",
        "the password is required", "token: 12345678",
        "https://example.org/a_long/path-of-words/2024", "sk-learn pipelines",
        "npm_config_registry", "-----BEGIN CERTIFICATE-----",
        "com.example.project.Internal2024Migration"}) {
    CAPTURE(text);
    CHECK(masked(text) == text);
  }
}

TEST_CASE("configured words are masked whole and in any case, and kinds that are not named pass") {
  const MaskingPolicy policy{.mask = {PrivateKind::email}, .words = {"Project Heron", "苍鹭"}};
  CHECK(masked("status of PROJECT heron, 13800138000", policy) == "status of [word], 13800138000");
  CHECK(masked("Ｐroject Her\u200bon", policy) == "[word]");
  CHECK(masked("关于苍鹭计划", policy) == "关于[word]计划");
  CHECK(masked("project heronry a@b.example", policy) == "project heronry [email]");
  CHECK(masked("13800138000", {.mask = {}, .words = {}}) == "13800138000");
}

TEST_CASE("spans are those of the text as written") {
  const std::string text = "é １３８００１３８０００ a@b.example";
  const auto spans = find_private(text, {});
  REQUIRE(spans.size() == 2);
  CHECK(text.substr(spans[0].begin, spans[0].end - spans[0].begin) == "１３８００１３８０００");
  CHECK(spans[1].kind == PrivateKind::email);
  CHECK(text.substr(spans[1].begin) == "a@b.example");
}

TEST_CASE("masking is linear in the text, whatever it says") {
  for (const char* part : {"1", "1 ", "a@", "(1", "password: ", "://a:", "-----BEGIN ", "AA11 ",
                           "passport A1", "+1-", "\xff", "= "}) {
    CAPTURE(part);
    std::string text;
    while (text.size() < 200'000) text += part;
    const auto begin = std::chrono::steady_clock::now();
    find_private(text, {});
    // Quadratic work would take minutes.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
  }
}

// Questions that were asked in earnest hold nothing private.
TEST_CASE("of real questions none is masked") {
  std::ifstream file("../shared/data/freshness/freshqa.jsonl");
  if (!file) {
    WARN("../shared/data/freshness is absent: skipped");
    return;
  }
  std::size_t questions = 0;
  for (std::string line; std::getline(file, line);) {
    const std::string question(boost::json::parse(line).at("question").as_string());
    CHECK(masked(question) == question);
    ++questions;
  }
  CHECK(questions >= 300);
}

}  // namespace
}  // namespace seekd::policy
