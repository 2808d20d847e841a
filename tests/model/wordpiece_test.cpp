#include "model/text/wordpiece.h"

#include <catch2/catch.hpp>

#include "tests/model/model_files.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

using Ids = std::vector<TokenId>;

constexpr std::size_t kNoLimit = 100'000;

// The parts of a small tokenizer.json; each can be replaced.
struct Parts {
  std::string model =
      R"({"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",)"
      R"("max_input_chars_per_word":5,"vocab":{"[UNK]":0,"[CLS]":1,"[SEP]":2,"un":3,"##able":4,)"
      R"("able":5,"##a":6,".":7,"á":8,"a":9}})";
  std::string normalizer = R"({"type":"BertNormalizer","clean_text":true,)"
                           R"("handle_chinese_chars":true,"strip_accents":null,"lowercase":true})";
  std::string splitter = R"({"type":"BertPreTokenizer"})";
  std::string processor =
      R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},)"
      R"({"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}]})";

  std::string json() const {
    return "{\"normalizer\":" + normalizer + ",\"pre_tokenizer\":" + splitter +
           ",\"post_processor\":" + processor + ",\"model\":" + model + "}";
  }
};

WordPiece make(const Parts& parts) {
  auto data = parse_wordpiece_json(parts.json(), "tokenizer.json");
  if (!data) FAIL(data.error().message);
  return WordPiece(std::move(*data));
}

ErrorCode refusal(const Parts& parts) {
  const auto data = parse_wordpiece_json(parts.json(), "tokenizer.json");
  REQUIRE_FALSE(data);
  CHECK(data.error().message.find("tokenizer.json") != std::string::npos);
  return data.error().code;
}

Parts with_model(std::string model) {
  Parts parts;
  parts.model = std::move(model);
  return parts;
}

}  // namespace

TEST_CASE("MiniLM's ids are those of the tokenizers library, hostile Unicode included") {
  const auto folder = find_or_skip(minilm_path());
  if (!folder) return;
  const auto tokenizer = EncoderTokenizer::load(*folder);
  if (!tokenizer) FAIL(tokenizer.error().message);
  const auto vectors = read_vectors("minilm.json");
  const auto& texts = vectors.at("texts").as_array();
  const auto& ids = vectors.at("ids").as_array();
  REQUIRE(texts.size() == ids.size());
  REQUIRE(texts.size() > 400);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string_view text = texts[i].as_string();
    CAPTURE(text);
    CHECK((*tokenizer)->encode(text, kNoLimit) == boost::json::value_to<Ids>(ids[i]));
  }
}

TEST_CASE("a word is cut into its longest pieces, and one with a rest that is none is unknown") {
  const WordPiece tokenizer = make({});
  CHECK(tokenizer.encode("unable", kNoLimit) == Ids{1, 0, 2});  // longer than five characters
  CHECK(tokenizer.encode("able una unx", kNoLimit) == Ids{1, 5, 3, 6, 0, 2});
  CHECK(tokenizer.encode("Á A.a", kNoLimit) == Ids{1, 9, 9, 7, 9, 2});
}

TEST_CASE("accents stay where the model was trained with them") {
  Parts parts;
  parts.normalizer = R"({"type":"BertNormalizer","strip_accents":null,"lowercase":false})";
  CHECK(make(parts).encode("á Á", kNoLimit) == Ids{1, 8, 0, 2});
}

TEST_CASE("a text is cut at the tokens that the model takes, and its end token stays") {
  const WordPiece tokenizer = make({});
  CHECK(tokenizer.encode("a a a a a", 4) == Ids{1, 9, 9, 2});
  CHECK(tokenizer.encode("a", 2) == Ids{1, 2});
}

TEST_CASE("a page cannot write a special token") {
  const auto folder = find_or_skip(minilm_path());
  if (!folder) return;
  const auto tokenizer = EncoderTokenizer::load(*folder);
  REQUIRE(tokenizer);
  const Ids ids = (*tokenizer)->encode("[SEP] [CLS] [MASK]", kNoLimit);
  CHECK(std::ranges::count(ids, 102) == 1);
  CHECK(std::ranges::count(ids, 101) == 1);
  CHECK(std::ranges::count(ids, 103) == 0);
}

TEST_CASE("bytes that are no UTF-8 are passed over") {
  CHECK(make({}).encode("a\xff\xc3 a\xed\xa0\x80", kNoLimit) == Ids{1, 9, 9, 2});
}

TEST_CASE("an English vocabulary reads English, and says that it does not read other languages") {
  const auto folder = find_or_skip(minilm_path());
  if (!folder) return;
  const auto tokenizer = EncoderTokenizer::load(*folder);
  REQUIRE(tokenizer);
  CHECK((*tokenizer)->readable_share("Does kyphoscoliosis follow from CVE-2026-1234?") > 0.8);
  CHECK((*tokenizer)->readable_share("Quels médicaments contre la grippe ?") > 0.8);
  CHECK((*tokenizer)->readable_share("猎鹰火箭什么时候发射成功？") < 0.6);
  CHECK((*tokenizer)->readable_share("日本の首相は誰ですか") < 0.6);
  CHECK((*tokenizer)->readable_share("Кто президент Франции?") < 0.6);
  CHECK((*tokenizer)->readable_share("한국의 수도는 어디입니까") < 0.6);
  CHECK((*tokenizer)->readable_share("") == 1.0);
}

TEST_CASE("a tokenizer.json of another kind is refused by name") {
  CHECK(refusal(with_model(R"({"type":"Unigram","vocab":[]})")) == ErrorCode::unsupported);
  CHECK(refusal(with_model(R"({"type":"BPE","vocab":{}})")) == ErrorCode::unsupported);
  Parts parts;
  parts.normalizer = R"({"type":"NFC"})";
  CHECK(refusal(parts) == ErrorCode::unsupported);
  parts = {};
  parts.splitter = "null";
  CHECK(refusal(parts) == ErrorCode::unsupported);
  parts = {};
  parts.processor = R"({"type":"ByteLevel"})";
  CHECK(refusal(parts) == ErrorCode::unsupported);
}

TEST_CASE("a damaged tokenizer.json is refused before anything is allocated by it") {
  const std::string head = R"({"type":"WordPiece","unk_token":"[UNK]",)"
                           R"("continuing_subword_prefix":"##","vocab":)";
  CHECK(refusal(with_model(head + R"({"[UNK]":9000000000}})")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(head + R"({"[UNK]":-1}})")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(head + R"({"[UNK]":0,"a":0}})")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(head + R"({"[UNK]":"0"}})")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(head + R"({"":1}})")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(head + R"({"a":0}})")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(head + "[]}")) == ErrorCode::corrupt);
  CHECK(refusal(with_model(R"({"type":"WordPiece","unk_token":"a","vocab":{"a":0}})")) ==
        ErrorCode::corrupt);
  Parts parts;
  parts.processor = R"({"type":"BertProcessing","sep":["[NO]",2],"cls":["[CLS]",1]})";
  CHECK(refusal(parts) == ErrorCode::corrupt);
  CHECK_FALSE(parse_wordpiece_json("", "x"));
  CHECK_FALSE(parse_wordpiece_json("[]", "x"));
  CHECK_FALSE(parse_wordpiece_json(std::string(100, '['), "x"));
}

}  // namespace seekd::model
