#include "model/weights/encoder_config.h"

#include <catch2/catch.hpp>

#include "tests/model/model_files.h"

namespace seekd::model {
namespace {

constexpr std::string_view kSound =
    R"("model_type":"bert","hidden_act":"gelu","num_hidden_layers":2,"hidden_size":32,)"
    R"("intermediate_size":40,"num_attention_heads":4,"vocab_size":24,"type_vocab_size":2,)"
    R"("max_position_embeddings":64)";

// A folder whose config.json is the sound one with fields put before it (the last of a name
// counts), and other files.
class Folder {
 public:
  explicit Folder(const std::string& fields = "") {
    folder_.write("config.json",
                  "{" + std::string(kSound) + (fields.empty() ? "" : "," + fields) + "}");
  }
  Folder& with(const std::string& name, std::string_view text) {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    folder_.write(name, text);
    return *this;
  }
  Result<EncoderConfig> read() const { return read_encoder_config(folder_.path()); }
  ErrorCode refusal() const {
    const auto config = read();
    REQUIRE_FALSE(config);
    CHECK(config.error().message.find(folder_.path().string()) != std::string::npos);
    return config.error().code;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("an embedder's numbers come from its folder, the pooling and the cut among them") {
  const auto plain = Folder().read();
  REQUIRE(plain);
  CHECK(plain->hidden == 32);
  CHECK(plain->tokens_max == 64);
  CHECK(plain->pooling == Pooling::mean);
  const auto beside =
      Folder()
          .with("sentence_bert_config.json", R"({"max_seq_length": 48})")
          .with("1_Pooling/config.json", R"({"pooling_mode_cls_token": true})")
          .with("modules.json", R"([{"type": "sentence_transformers.models.Normalize"}])")
          .read();
  REQUIRE(beside);
  CHECK(beside->tokens_max == 48);
  CHECK(beside->pooling == Pooling::first_token);
}

TEST_CASE("more tokens than the model has positions are not taken") {
  CHECK(Folder()
            .with("sentence_bert_config.json", R"({"max_seq_length": 9999})")
            .read()
            ->tokens_max == 64);
}

TEST_CASE("XLM-RoBERTa's positions begin behind its padding's") {
  const std::string family = R"("model_type":"xlm-roberta")";
  const auto encoder = Folder(family + R"(,"pad_token_id":1)").read();
  REQUIRE(encoder);
  CHECK(encoder->position_first == 2);
  CHECK(encoder->positions == 62);
  CHECK(encoder->tokens_max == 62);
  CHECK(Folder(family).refusal() == ErrorCode::corrupt);
  for (const char* id : {"-2", "62", "1000000", "9223372036854775807"}) {
    CHECK(Folder(family + ",\"pad_token_id\":" + id).refusal() == ErrorCode::corrupt);
  }
}

TEST_CASE("what would give wrong vectors is refused by name") {
  CHECK(Folder(R"("model_type":"roberta")").refusal() == ErrorCode::unsupported);
  CHECK(Folder(R"("hidden_act":"relu")").refusal() == ErrorCode::unsupported);
  CHECK(Folder(R"("position_embedding_type":"relative_key")").refusal() == ErrorCode::unsupported);
  CHECK(Folder(R"("is_decoder":true)").refusal() == ErrorCode::unsupported);
  CHECK(Folder().with("1_Pooling/config.json", R"({"pooling_mode_max_tokens": true})").refusal() ==
        ErrorCode::unsupported);
  CHECK(Folder()
            .with("1_Pooling/config.json",
                  R"({"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true})")
            .refusal() == ErrorCode::unsupported);
  CHECK(Folder()
            .with("modules.json", R"([{"type": "sentence_transformers.models.Dense"}])")
            .refusal() == ErrorCode::unsupported);
}

TEST_CASE("numbers that cannot be are refused") {
  for (const char* field :
       {R"("hidden_size":0)", R"("hidden_size":-32)", R"("hidden_size":1e30)",
        R"("hidden_size":"32")", R"("num_hidden_layers":100000)", R"("num_attention_heads":5)",
        R"("vocab_size":99999999999)", R"("max_position_embeddings":2)", R"("layer_norm_eps":0)",
        R"("layer_norm_eps":"x")"}) {
    CAPTURE(field);
    CHECK(Folder(field).refusal() == ErrorCode::corrupt);
  }
  CHECK(Folder().with("sentence_bert_config.json", R"({"max_seq_length": -1})").refusal() ==
        ErrorCode::corrupt);
  CHECK(Folder().with("sentence_bert_config.json", "{").refusal() == ErrorCode::corrupt);
  CHECK(Folder().with("modules.json", "{}").refusal() == ErrorCode::corrupt);
  CHECK(read_encoder_config("/nowhere").error().code == ErrorCode::not_found);
}

}  // namespace seekd::model
