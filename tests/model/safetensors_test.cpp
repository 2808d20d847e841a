#include "model/weights/safetensors.h"

#include <catch2/catch.hpp>

#include "tests/model/model_files.h"

namespace seekd::model {
namespace {

class Files {
 public:
  Result<SafetensorsFile> open(std::string_view bytes) const {
    return SafetensorsFile::open(folder_.write("model.safetensors", bytes));
  }

  std::optional<ErrorCode> refusal(std::string_view bytes) const {
    const auto file = open(bytes);
    if (file) return std::nullopt;
    INFO(file.error().message);
    CHECK(file.error().message.find("model.safetensors") != std::string::npos);
    return file.error().code;
  }

  std::optional<ErrorCode> refusal_of(std::string_view json, std::size_t data_bytes) const {
    return refusal(safetensors_bytes(json, std::string(data_bytes, '\0')));
  }

  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

constexpr std::string_view kSound =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]},)"
    R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"i":{"dtype":"I64","shape":[],"data_offsets":[20,28]}} )";

std::string tensor(std::string_view fields) {
  return "{\"a\":{" + std::string(fields) + "}}";
}

TEST_CASE("a sound safetensors file gives the places of its tensors") {
  const Files files;
  const auto file = files.open(safetensors_bytes(kSound, std::string(28, 'x')));
  REQUIRE(file);
  REQUIRE(file->tensors().size() == 3);
  const SafetensorsTensor& b = file->tensors()[1];
  CHECK(b.name == "b");
  CHECK(b.shape == std::vector<std::uint64_t>{2, 3});
  CHECK(b.type == DType::bf16);
  CHECK(b.offset == 8 + kSound.size() + 8);
  CHECK(b.bytes == 12);
  CHECK_FALSE(file->tensors()[2].type);
}

TEST_CASE("a safetensors file that is cut anywhere is corrupt") {
  const Files files;
  const std::string bytes = safetensors_bytes(kSound, std::string(28, 'x'));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK(files.refusal(bytes.substr(0, length)) == ErrorCode::corrupt);
  }
  CHECK(files.refusal(bytes + "x") == ErrorCode::corrupt);
}

TEST_CASE("a header longer than the file is corrupt, one over the cap too large") {
  const Files files;
  CHECK(files.refusal(raw<std::uint64_t>(1ULL << 63) + "{}") == ErrorCode::corrupt);
  CHECK(files.refusal(raw<std::uint64_t>(~0ULL) + "{}") == ErrorCode::corrupt);
  const auto path = files.folder().write("model.safetensors", raw<std::uint64_t>((32U << 20) + 1));
  std::filesystem::resize_file(path, std::uint64_t{1} << 33);  // sparse
  const auto file = SafetensorsFile::open(path);
  REQUIRE_FALSE(file);
  CHECK(file.error().code == ErrorCode::too_large);
}

TEST_CASE("a header that is no object of tensors is corrupt") {
  const Files files;
  CHECK(files.refusal_of("{}", 0) == std::nullopt);
  for (const std::string_view json :
       {"", "[]", "null", "{", "{\"a\":1}", "{\"a\":{}}", "{\"a\":[1]}", "\xff\xfe"}) {
    CAPTURE(json);
    CHECK(files.refusal_of(json, 0) == ErrorCode::corrupt);
  }
}

TEST_CASE("JSON that nests without end is corrupt") {
  const Files files;
  for (const std::string_view open : {"[", "{\"a\":"}) {
    std::string bomb;
    for (int depth = 0; depth < 200'000; ++depth) bomb += open;
    CHECK(files.refusal_of(bomb, 0) == ErrorCode::corrupt);
  }
}

TEST_CASE("a tensor's dtype, shape and range must agree") {
  const Files files;
  CHECK(files.refusal_of(tensor(R"("dtype":"F32","shape":[2],"data_offsets":[0,8])"), 8) ==
        std::nullopt);
  for (const std::string_view fields : {
           R"("dtype":"F33","shape":[2],"data_offsets":[0,8])",
           R"("dtype":7,"shape":[2],"data_offsets":[0,8])",
           R"("shape":[2],"data_offsets":[0,8])",
           R"("dtype":"F16","shape":[2],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[2.0],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":["2"],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":2,"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8])",
           R"("dtype":"F32","shape":[2],"data_offsets":[8,0])",
           R"("dtype":"F32","shape":[2],"data_offsets":[0])",
           R"("dtype":"F32","shape":[2],"data_offsets":[0,8,9])",
           R"("dtype":"F32","shape":[2],"data_offsets":[-8,0])",
           R"("dtype":"F32","shape":[3],"data_offsets":[0,12])",
           R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0])",
           R"("dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8])",
           R"("dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,18446744073709551615])",
       }) {
    CAPTURE(fields);
    CHECK(files.refusal_of(tensor(fields), 8) == ErrorCode::corrupt);
  }
}

TEST_CASE("tensors that overlap or leave a gap are corrupt") {
  const Files files;
  const auto two = [&](std::string_view first, std::string_view second) {
    const std::string fields = R"("dtype":"U8","shape":[4],"data_offsets":)";
    return files.refusal_of("{\"a\":{" + fields + std::string(first) + "},\"b\":{" + fields +
                                std::string(second) + "}}",
                            8);
  };
  CHECK(two("[0,4]", "[4,8]") == std::nullopt);
  CHECK(two("[0,4]", "[2,6]") == ErrorCode::corrupt);
  CHECK(two("[0,4]", "[0,4]") == ErrorCode::corrupt);
  CHECK(two("[0,4]", "[5,9]") == ErrorCode::corrupt);
  CHECK(two("[1,5]", "[5,9]") == ErrorCode::corrupt);
}

class Shards {
 public:
  Shards() {
    folder_.write("one.safetensors", shard("a"));
    folder_.write("two.safetensors", shard("b"));
  }

  std::optional<ErrorCode> refusal(std::string_view weight_map) const {
    folder_.write("model.safetensors.index.json",
                  "{\"weight_map\":" + std::string(weight_map) + "}");
    const auto files = open_safetensors_folder(folder_.path());
    return files ? std::nullopt : std::optional(files.error().code);
  }

 private:
  static std::string shard(std::string_view name) {
    return safetensors_bytes(
        "{\"" + std::string(name) + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}",
        "x");
  }
  TemporaryFolder folder_;
};

TEST_CASE("shards must hold the tensors that the index places in them, and no others") {
  const Shards shards;
  CHECK(shards.refusal(R"({"a":"one.safetensors","b":"two.safetensors"})") == std::nullopt);
  CHECK(shards.refusal(R"({"a":"two.safetensors","b":"one.safetensors"})") == ErrorCode::corrupt);
  CHECK(shards.refusal(R"({"b":"one.safetensors"})") == ErrorCode::corrupt);
  CHECK(shards.refusal(R"({"a":"one.safetensors","c":"one.safetensors"})") == ErrorCode::corrupt);
  CHECK(shards.refusal(R"({"a":"three.safetensors"})") == ErrorCode::not_found);
}

TEST_CASE("a shard's name cannot leave the folder") {
  const Shards shards;
  for (const std::string_view name : {"/etc/passwd", "../one.safetensors", "sub/one.safetensors",
                                      "..", "", ".hidden", "one\\u0000.safetensors"}) {
    CAPTURE(name);
    CHECK(shards.refusal("{\"a\":\"" + std::string(name) + "\"}") == ErrorCode::corrupt);
  }
  CHECK(shards.refusal(R"({"a":7})") == ErrorCode::corrupt);
  CHECK(shards.refusal("[]") == ErrorCode::corrupt);
}

}  // namespace
}  // namespace seekd::model
