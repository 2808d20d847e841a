#include "model/weights/loader.h"

#include <cstring>

#include <catch2/catch.hpp>

#include "model/weights/tensor_names.h"
#include "tests/model/model_files.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

using Shape = std::vector<std::uint64_t>;

constexpr std::uint64_t kHidden = 8;

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// A model of one q projection of two heads of four rows; each row holds its number.
GgufBuilder tiny_gguf(const std::string& architecture) {
  GgufBuilder file;
  file.text("general.architecture", architecture);
  file.count(architecture + ".block_count", 1).count(architecture + ".embedding_length", kHidden);
  file.count(architecture + ".feed_forward_length", 16).count(architecture + ".context_length", 64);
  file.count(architecture + ".attention.head_count", 2);
  file.count(architecture + ".attention.head_count_kv", 1);
  file.real(architecture + ".attention.layer_norm_rms_epsilon", 1e-5F);
  file.texts("tokenizer.ggml.tokens", {"a", "b", "c"}).count("tokenizer.ggml.eos_token_id", 2);
  file.tensor("blk.0.attn_q.weight", {kHidden, 8}, 0, 0);
  std::vector<float> weights;
  for (int row = 0; row < 8; ++row) weights.insert(weights.end(), kHidden, static_cast<float>(row));
  file.data = floats(weights);
  return file;
}

constexpr std::string_view kConfig =
    R"({"model_type":"llama","num_hidden_layers":1,"hidden_size":8,"intermediate_size":16,)"
    R"("num_attention_heads":2,"num_key_value_heads":1,"vocab_size":3,"max_position_embeddings":64,)"
    R"("rms_norm_eps":1e-5,"hidden_act":"silu","bos_token_id":0,"eos_token_id":1)";

constexpr std::string_view kWeights =
    R"({"lm_head.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}})";

class Folder {
 public:
  Folder() {
    folder_.write("model.safetensors", safetensors_bytes(kWeights, floats({1, 2, 3, 4, 5, 6})));
  }

  // config.json with more fields after the sound ones; of a field that comes twice the last counts.
  Result<Checkpoint> open(std::string_view more) const {
    folder_.write("config.json", std::string(kConfig) + std::string(more) + "}");
    return Checkpoint::open(folder_.path());
  }

  std::optional<ErrorCode> refusal(std::string_view more) const {
    const auto checkpoint = open(more);
    if (checkpoint) return std::nullopt;
    INFO(checkpoint.error().message);
    CHECK(checkpoint.error().message.find("config.json") != std::string::npos);
    return checkpoint.error().code;
  }

  const TemporaryFolder& files() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

std::vector<float> read(const Checkpoint& checkpoint, std::string_view name, const Shape& shape,
                        std::size_t size) {
  std::vector<float> weights(size);
  const auto status = checkpoint.read(name, shape, weights);
  if (!status) FAIL(status.error().message);
  return weights;
}

std::vector<float> first_column(const std::vector<float>& weights) {
  std::vector<float> column;
  for (std::size_t i = 0; i < weights.size(); i += kHidden) column.push_back(weights[i]);
  return column;
}

TEST_CASE("the rows of q in a GGUF llama file come back as rotary halves") {
  const TemporaryFolder folder;
  const auto checkpoint = Checkpoint::open(folder.write("m.gguf", tiny_gguf("llama").bytes()));
  REQUIRE(checkpoint);
  const auto weights =
      read(*checkpoint, "model.layers.0.self_attn.q_proj.weight", {8, kHidden}, 64);
  CHECK(first_column(weights) == std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7});
}

TEST_CASE("the rows of q in a GGUF qwen2 file stay where they are") {
  const TemporaryFolder folder;
  const auto checkpoint = Checkpoint::open(folder.write("m.gguf", tiny_gguf("qwen2").bytes()));
  REQUIRE(checkpoint);
  const auto weights =
      read(*checkpoint, "model.layers.0.self_attn.q_proj.weight", {8, kHidden}, 64);
  CHECK(first_column(weights) == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("the embedded model's numbers are those of its card") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const auto checkpoint = Checkpoint::open(*path);
  REQUIRE(checkpoint);
  const CheckpointConfig& config = checkpoint->config();
  CHECK(config.architecture == "llama");
  CHECK(config.layers == 30);
  CHECK(config.hidden == 576);
  CHECK(config.feed_forward == 1536);
  CHECK(config.heads == 9);
  CHECK(config.kv_heads == 3);
  CHECK(config.head_dim == 64);
  CHECK(config.vocabulary == 49152);
  CHECK(config.context_tokens == 8192);
  CHECK(config.rope_theta == 100000.0);
  CHECK(config.rope_divisors.empty());
  CHECK(config.norm_epsilon == Approx(1e-5));
  CHECK(config.tied_head);
  CHECK(config.eos_ids == std::vector<std::int32_t>{2});
  CHECK(checkpoint->parameters() == 134'515'008);
  const Tensor* embedding = checkpoint->find("model.embed_tokens.weight");
  REQUIRE(embedding != nullptr);
  CHECK(embedding->shape == Shape{49152, 576});
  CHECK(embedding->type == DType::q8_0);
  CHECK(checkpoint->find("lm_head.weight") == nullptr);
}

TEST_CASE("a Hugging Face folder gives its numbers and its weights") {
  const Folder folder;
  folder.files().write("generation_config.json", R"({"eos_token_id":[1,5]})");
  const auto checkpoint = folder.open(R"(,"head_dim":6,"rope_theta":5e5)");
  REQUIRE(checkpoint);
  CHECK(checkpoint->config().head_dim == 6);
  CHECK(checkpoint->config().rope_theta == 5e5);
  CHECK(checkpoint->config().eos_ids == std::vector<std::int32_t>{1, 5});
  CHECK_FALSE(checkpoint->config().tied_head);
  CHECK(read(*checkpoint, "lm_head.weight", {3, 2}, 6) == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a tensor that is missing or of another shape is corrupt and named") {
  const Folder folder;
  const auto checkpoint = folder.open("");
  REQUIRE(checkpoint);
  std::vector<float> weights(6);
  const Shape turned{2, 3};
  const auto shape = checkpoint->read("lm_head.weight", turned, weights);
  REQUIRE_FALSE(shape);
  CHECK(shape.error().code == ErrorCode::corrupt);
  CHECK(shape.error().message.find("[3, 2]") != std::string::npos);
  CHECK(shape.error().message.find("[2, 3]") != std::string::npos);
  const auto missing = checkpoint->read("model.norm.weight", turned, weights);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("model.norm.weight") != std::string::npos);
}

TEST_CASE("a file that shrinks while it is open is corrupt and no crash") {
  const Folder folder;
  const auto checkpoint = folder.open("");
  REQUIRE(checkpoint);
  std::filesystem::resize_file(folder.files().path() / "model.safetensors", 90);
  std::vector<float> weights(6);
  const auto status = checkpoint->read("lm_head.weight", Shape{3, 2}, weights);
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::corrupt);
  CHECK(status.error().message.find("model.safetensors") != std::string::npos);
}

TEST_CASE("what is not served is unsupported") {
  const Folder folder;
  CHECK(folder.refusal("") == std::nullopt);
  for (const std::string_view more :
       {R"(,"model_type":"deepseek_v3")", R"(,"model_type":7)", R"(,"hidden_act":"gelu")",
        R"(,"attention_bias":true)", R"(,"mlp_bias":true)", R"(,"use_sliding_window":true)",
        R"(,"rope_scaling":{"rope_type":"yarn","factor":40})"}) {
    CAPTURE(more);
    CHECK(folder.refusal(more) == ErrorCode::unsupported);
  }
  const TemporaryFolder gguf;
  CHECK(Checkpoint::open(gguf.write("m.gguf", tiny_gguf("gemma").bytes())).error().code ==
        ErrorCode::unsupported);
  GgufBuilder experts = tiny_gguf("llama").count("llama.expert_count", 8);
  CHECK(Checkpoint::open(gguf.write("m.gguf", experts.bytes())).error().code ==
        ErrorCode::unsupported);
  GgufBuilder stranger = tiny_gguf("llama").tensor("blk.0.ssm_in.weight", {1}, 0, 256);
  stranger.data += floats({0});
  CHECK(Checkpoint::open(gguf.write("m.gguf", stranger.bytes())).error().code ==
        ErrorCode::unsupported);
}

TEST_CASE("numbers that cannot be are corrupt") {
  const Folder folder;
  for (
      const std::string_view more :
      {R"(,"num_hidden_layers":0)", R"(,"num_hidden_layers":-1)", R"(,"num_hidden_layers":1e9)",
       R"(,"hidden_size":9223372036854775808)", R"(,"hidden_size":"8")", R"(,"vocab_size":null)",
       R"(,"num_key_value_heads":3)", R"(,"num_key_value_heads":0)", R"(,"head_dim":3)",
       R"(,"max_position_embeddings":18446744073709551615)", R"(,"rope_theta":0)",
       R"(,"rope_theta":"x")", R"(,"rms_norm_eps":-1)", R"(,"rope_scaling":[])",
       R"(,"rope_scaling":{"type":"linear","factor":0})",
       R"(,"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4})"}) {
    CAPTURE(more);
    CHECK(folder.refusal(more) == ErrorCode::corrupt);
  }
  const TemporaryFolder gguf;
  GgufBuilder heads = tiny_gguf("llama");
  heads.count("llama.rope.dimension_count", 4).count("llama.attention.key_length", 0x7fffffff);
  CHECK(Checkpoint::open(gguf.write("m.gguf", heads.bytes())).error().code == ErrorCode::corrupt);
}

TEST_CASE("linear RoPE scaling divides every frequency by its factor") {
  const Folder folder;
  const auto checkpoint = folder.open(R"(,"rope_scaling":{"type":"linear","factor":4})");
  REQUIRE(checkpoint);
  CHECK(checkpoint->config().rope_divisors == std::vector<float>{4, 4});
}

TEST_CASE("Llama 3.1's RoPE scaling keeps the fast frequencies and divides the slow ones") {
  const auto divisors = llama3_rope_divisors(128, 500000.0, Llama3Rope{});
  REQUIRE(divisors.size() == 64);
  CHECK(divisors.front() == 1.0F);
  CHECK(divisors[28] == 1.0F);
  CHECK(divisors.back() == 8.0F);
  CHECK(std::ranges::is_sorted(divisors));
}

TEST_CASE("the frequencies that a GGUF file brings along are its divisors") {
  const TemporaryFolder folder;
  GgufBuilder file = tiny_gguf("llama").tensor("rope_freqs.weight", {2}, 0, 256);
  file.data += floats({1, 8});
  const auto checkpoint = Checkpoint::open(folder.write("m.gguf", file.bytes()));
  REQUIRE(checkpoint);
  CHECK(checkpoint->config().rope_divisors == std::vector<float>{1, 8});
  CHECK(checkpoint->find("rope_freqs.weight") == nullptr);
  GgufBuilder longer = tiny_gguf("llama").tensor("rope_freqs.weight", {4}, 0, 256);
  longer.data += floats({1, 8, 8, 8});
  CHECK(Checkpoint::open(folder.write("m.gguf", longer.bytes())).error().code ==
        ErrorCode::corrupt);
}

TEST_CASE("GGUF tensor names have Hugging Face names") {
  CHECK(hf_tensor_name("token_embd.weight") == "model.embed_tokens.weight");
  CHECK(hf_tensor_name("blk.12.attn_q.bias") == "model.layers.12.self_attn.q_proj.bias");
  CHECK(hf_tensor_name("blk.0.ffn_norm.weight") ==
        "model.layers.0.post_attention_layernorm.weight");
  for (const std::string_view name :
       {"", ".weight", "blk.", "blk..attn_q.weight", "blk.1.weight", "blk.1a.attn_q.weight",
        "blk.1.attn_q.scale", "attn_q.weight", "blk.1.output_norm.weight"}) {
    CAPTURE(name);
    CHECK_FALSE(hf_tensor_name(name));
  }
}

TEST_CASE("a model that is not there is named") {
  const auto missing = Checkpoint::open("/nonexistent/model");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message.find("/nonexistent/model") != std::string::npos);
}

}  // namespace
}  // namespace seekd::model
