#include "model/text/unigram.h"

#include <catch2/catch.hpp>

#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

using Ids = std::vector<TokenId>;

constexpr std::size_t kNoLimit = 100'000;

// The parts of a small tokenizer.json; each can be replaced.
struct Parts {
  std::string model =
      R"({"type":"Unigram","unk_id":1,"vocab":[["<s>",0],["<unk>",0],["</s>",0],)"
      R"(["▁",-2],["a",-3],["b",-3],["ab",-5.5],["▁a",-4],["▁ab",-9],["天气",-6]]})";
  std::string normalizer = R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "})";
  std::string splitter =
      R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})";
  std::string processor = R"({"type":"RobertaProcessing","sep":["</s>",2],"cls":["<s>",0]})";
  std::string added = R"([{"id":0,"content":"<s>","special":true}])";

  std::string json() const {
    return "{\"normalizer\":" + normalizer + ",\"pre_tokenizer\":" + splitter +
           ",\"post_processor\":" + processor + ",\"added_tokens\":" + added +
           ",\"model\":" + model + "}";
  }
};

Unigram make(const Parts& parts) {
  auto data = parse_unigram_json(parts.json(), "tokenizer.json");
  if (!data) FAIL(data.error().message);
  return Unigram(std::move(*data));
}

ErrorCode refusal(const Parts& parts) {
  const auto data = parse_unigram_json(parts.json(), "tokenizer.json");
  REQUIRE_FALSE(data);
  CHECK(data.error().message.find("tokenizer.json") != std::string::npos);
  return data.error().code;
}

Parts with_vocabulary(const std::string& vocabulary) {
  Parts parts;
  parts.model = R"({"type":"Unigram","unk_id":0,"vocab":)" + vocabulary + "}";
  return parts;
}

Parts with_normalizer(std::string normalizer) {
  Parts parts;
  parts.normalizer = std::move(normalizer);
  return parts;
}

}  // namespace

TEST_CASE("XLM-RoBERTa's ids are those of the tokenizers library, hostile Unicode included") {
  const auto tokenizer = EncoderTokenizer::load("tests/model/vectors/tiny_xlmr");
  if (!tokenizer) FAIL(tokenizer.error().message);
  const auto vectors = read_vectors("tiny_xlmr.json");
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

TEST_CASE(
    "a word is cut where the sum of scores is greatest, and unknown characters are one token") {
  const Unigram tokenizer = make({});
  CHECK(tokenizer.encode("ab", kNoLimit) == Ids{0, 7, 5, 2});      // "▁a" "b": -7
  CHECK(tokenizer.encode("bab", kNoLimit) == Ids{0, 3, 5, 6, 2});  // "ab" before "a" "b"
  CHECK(tokenizer.encode("axyb", kNoLimit) == Ids{0, 7, 1, 5, 2});
  CHECK(tokenizer.encode("a  a", kNoLimit) == Ids{0, 7, 7, 2});
  CHECK(tokenizer.encode("", kNoLimit) == Ids{0, 2});
}

TEST_CASE("a unigram text is cut to the limit, its end within") {
  const Unigram tokenizer = make({});
  CHECK(tokenizer.encode("a a a a a", 4) == Ids{0, 7, 7, 2});
  CHECK(tokenizer.encode("a", 2) == Ids{0, 2});
  CHECK(tokenizer.encode(std::string(1'000'000, 'b'), 4) == Ids{0, 3, 5, 2});
}

TEST_CASE("a page cannot write the special tokens of XLM-RoBERTa") {
  const Unigram tokenizer = make({});
  const Ids ids = tokenizer.encode("</s> <s>", kNoLimit);
  CHECK(std::count(ids.begin(), ids.end(), 0) == 1);
  CHECK(std::count(ids.begin(), ids.end(), 2) == 1);
}

TEST_CASE("white space alone parts words where the file says so") {
  Parts parts;
  parts.splitter = R"({"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},)"
                   R"({"type":"Metaspace","replacement":"▁","add_prefix_space":true}]})";
  CHECK(make(parts).encode(" a\u3000b\n", kNoLimit) == Ids{0, 7, 3, 5, 2});
}

TEST_CASE("a vocabulary that has Chinese reads it, and one that has not does not") {
  const Unigram tokenizer = make({});
  CHECK(tokenizer.readable_share("天气 天气") == 1.0);
  CHECK(tokenizer.readable_share("Погода") == 0.0);
  CHECK(tokenizer.readable_share("") == 1.0);
}

TEST_CASE("a pair has its ends, and the longer text is cut first") {
  const Unigram tokenizer = make({});
  const TokenPair pair = tokenizer.encode_pair("a", "a b", kNoLimit);
  CHECK(pair.ids == Ids{0, 7, 2, 2, 7, 3, 5, 2});
  CHECK(pair.second == 4);
  CHECK(tokenizer.encode_pair("a", "a a a a a", 7).ids == Ids{0, 7, 2, 2, 7, 7, 2});
  CHECK(tokenizer.encode_pair("a a a a a", "a a a a a", 8).ids == Ids{0, 7, 7, 2, 2, 7, 7, 2});
  CHECK(tokenizer.encode_pair("", "", 6).ids == Ids{0, 2, 2, 2});
}

TEST_CASE("what is not served of a unigram file is refused by its name") {
  Parts parts;
  parts.splitter = R"({"type":"ByteLevel"})";
  CHECK(refusal(parts) == ErrorCode::unsupported);
  parts = {};
  parts.processor = "null";
  CHECK(refusal(parts) == ErrorCode::unsupported);
  CHECK(refusal(with_normalizer(R"({"type":"Lowercase"})")) == ErrorCode::unsupported);
  CHECK(refusal(with_normalizer(R"({"type":"Replace","pattern":{"Regex":"a+"},"content":" "})")) ==
        ErrorCode::unsupported);
  parts = {};
  parts.model.replace(parts.model.find("\"unk_id\""), 0, "\"byte_fallback\":true,");
  CHECK(refusal(parts) == ErrorCode::unsupported);
}

TEST_CASE("a unigram vocabulary that is none is refused") {
  CHECK(refusal(with_vocabulary("{}")) == ErrorCode::corrupt);
  CHECK(refusal(with_vocabulary("[]")) == ErrorCode::corrupt);
  CHECK(refusal(with_vocabulary(R"([["a"]])")) == ErrorCode::corrupt);
  CHECK(refusal(with_vocabulary(R"([["a",1]])")) == ErrorCode::corrupt);
  CHECK(refusal(with_vocabulary(R"([["a",-1e9]])")) == ErrorCode::corrupt);
  CHECK(refusal(with_vocabulary(R"([["a","b"]])")) == ErrorCode::corrupt);
  CHECK(refusal(with_vocabulary(R"([["a",-1]])")) == ErrorCode::corrupt);  // without "<s>"
}

TEST_CASE("a charsmap that is none is refused, and one that leads astray ends") {
  const auto with_map = [](const std::string& base64) {
    return with_normalizer(R"({"type":"Precompiled","precompiled_charsmap":")" + base64 + "\"}");
  };
  CHECK(refusal(with_map("")) == ErrorCode::corrupt);
  CHECK(refusal(with_map("*")) == ErrorCode::corrupt);
  CHECK(refusal(with_map("AAAAAA==")) == ErrorCode::corrupt);      // an empty trie
  CHECK(refusal(with_map("/////wAAAAA=")) == ErrorCode::corrupt);  // longer than the file
  // One unit that points far beyond the trie, then one that is its own child.
  const Unigram far = make(with_map("BAAAAP///38="));
  CHECK(far.encode("ab\xff", kNoLimit) == Ids{0, 7, 5, 1, 2});
  const Unigram round = make(with_map("BAAAAAAAAAA="));
  CHECK(round.encode("a", kNoLimit) == Ids{0, 7, 2});
}

}  // namespace seekd::model
