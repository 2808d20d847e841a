#include "model/text/tokenizer.h"

#include <sstream>

#include <catch2/catch.hpp>

#include "model/text/detokenizer.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

using Ids = std::vector<TokenId>;

const std::filesystem::path kTokenizers = "../shared/data/tokenizers";

Tokenizer load(const std::filesystem::path& path) {
  auto tokenizer = Tokenizer::load(path);
  if (!tokenizer) FAIL(tokenizer.error().message);
  return std::move(*tokenizer);
}

Ids to_ids(const boost::json::value& list) {
  Ids ids;
  for (const auto& id : list.as_array()) ids.push_back(static_cast<TokenId>(id.as_int64()));
  return ids;
}

void check_recorded(const Tokenizer& tokenizer, std::string_view name) {
  const auto vectors = read_vectors("tokenizer_vectors.json");
  const auto& texts = vectors.at("texts").as_array();
  const auto& ids = vectors.at("ids").at(name).as_array();
  REQUIRE(texts.size() == ids.size());
  REQUIRE(texts.size() > 200);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string_view text = texts[i].as_string();
    CAPTURE(text);
    CHECK(tokenizer.encode(text, SpecialTokens::parse) == to_ids(ids[i]));
  }
}

// The cases of a GGUF vocabulary: texts separated by a line, one line of ids for each.
void check_gguf_cases(const std::string& name) {
  const auto path = find_or_skip(kTokenizers / name);
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  const std::string texts = read_file(path->string() + ".inp");
  std::istringstream lines(read_file(path->string() + ".out"));
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  std::size_t cases = 0;
  std::string line;
  for (std::size_t at = 0; std::getline(lines, line); ++cases) {
    const std::size_t end = texts.find(kSeparator, at);
    const std::string text = texts.substr(at, end - at);
    std::istringstream numbers(line);
    const Ids expected{std::istream_iterator<TokenId>(numbers), {}};
    CAPTURE(text);
    CHECK(tokenizer.encode(text, SpecialTokens::as_text) == expected);
    CHECK(tokenizer.decode(expected) == text);
    at = end + kSeparator.size();
  }
  CHECK(cases == 46);
}

TEST_CASE("DeepSeek-V3's tokenizer.json gives the ids that the tokenizers library gives") {
  if (const auto path = find_or_skip(kTokenizers / "deepseek_v3")) {
    const Tokenizer tokenizer = load(*path);
    check_recorded(tokenizer, "deepseek_v3");
    CHECK(tokenizer.size() == 128815);
    CHECK(tokenizer.bos_id() == 0);
    CHECK(Ids(tokenizer.eos_ids().begin(), tokenizer.eos_ids().end()) == Ids{1});
  }
}

TEST_CASE("SmolLM2's GGUF vocabulary gives the ids that the tokenizers library gives") {
  if (const auto path = find_or_skip(smollm2_path())) {
    const Tokenizer tokenizer = load(*path);
    check_recorded(tokenizer, "smollm2");
    CHECK(Ids(tokenizer.eos_ids().begin(), tokenizer.eos_ids().end()) == Ids{2});
  }
}

TEST_CASE("Qwen2's GGUF vocabulary gives the ids of its published cases") {
  check_gguf_cases("ggml-vocab-qwen2.gguf");
}

TEST_CASE("deepseek-llm's GGUF vocabulary gives the ids of its published cases") {
  check_gguf_cases("ggml-vocab-deepseek-llm.gguf");
}

TEST_CASE("the name of a special token in a page stays text") {
  const auto path = find_or_skip(kTokenizers / "deepseek_v3");
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  for (const std::string name :
       {"<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>", "<｜tool▁sep｜>", "<|EOT|>"}) {
    CAPTURE(name);
    const auto id = tokenizer.find(name);
    REQUIRE(id);
    CHECK(tokenizer.is_control(*id));
    CHECK(tokenizer.encode(name, SpecialTokens::parse) == Ids{*id});
    const std::string text = std::string("x").append(name).append(name);
    const Ids as_text = tokenizer.encode(text, SpecialTokens::as_text);
    CHECK(std::ranges::none_of(as_text, [&](TokenId i) { return tokenizer.is_control(i); }));
    CHECK(tokenizer.decode(as_text) == text);
  }
}

TEST_CASE("letters that were added to a vocabulary are found in page text") {
  const auto path = find_or_skip(kTokenizers / "ggml-vocab-deepseek-llm.gguf");
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  CHECK(tokenizer.encode("ø", SpecialTokens::as_text) == Ids{100002});
  CHECK_FALSE(tokenizer.is_control(100002));
}

TEST_CASE("bytes that are no UTF-8 are encoded as replacement characters") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  const std::string broken = "a\xFF\xC3(\xF0\x9F\x98 b\xED\xA0\x80";
  const std::string replaced = "a\uFFFD\uFFFD(\uFFFD b\uFFFD\uFFFD\uFFFD";
  CHECK(tokenizer.encode(broken, SpecialTokens::as_text) ==
        tokenizer.encode(replaced, SpecialTokens::as_text));
  CHECK(tokenizer.decode(tokenizer.encode(broken, SpecialTokens::as_text)) == replaced);
}

TEST_CASE("ids outside the vocabulary give nothing") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  CHECK(tokenizer.decode(Ids{-1, 49152, 2147483647, -2147483647 - 1}).empty());
  CHECK_FALSE(tokenizer.is_control(-1));
}

TEST_CASE("a stream is cut between characters and loses none of them") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  const std::string text = "👩‍👩‍👧 𝔘𝔫 ह";
  Detokenizer stream(tokenizer);
  std::string streamed;
  std::size_t waits = 0;
  for (const TokenId id : tokenizer.encode(text, SpecialTokens::as_text)) {
    const std::string piece = stream.push(id);
    CHECK(piece.find("\uFFFD") == std::string::npos);
    waits += piece.empty() ? 1 : 0;
    streamed += piece;
  }
  CHECK(waits > 0);
  CHECK(streamed == text);
  CHECK(stream.flush().empty());
}

TEST_CASE("a stream that ends inside a character ends with a replacement character") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const Tokenizer tokenizer = load(*path);
  const Ids ids = tokenizer.encode("😀", SpecialTokens::as_text);
  REQUIRE(ids.size() > 1);
  Detokenizer stream(tokenizer);
  CHECK(stream.push(ids.front()).empty());
  CHECK(stream.flush() == "\uFFFD");
  CHECK(stream.flush().empty());
  CHECK(stream.push(tokenizer.encode("a", SpecialTokens::as_text).front()) == "a");
}

TEST_CASE("a tokenizer that is not there is named") {
  const auto missing = Tokenizer::load("/nonexistent/model");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message.find("/nonexistent/model") != std::string::npos);
}

}  // namespace
}  // namespace seekd::model
