#include "model/weights/gguf.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "tests/model/model_files.h"
#include "tests/model/vector_file.h"

namespace seekd::model {
namespace {

constexpr std::uint32_t kF32 = 0;
constexpr std::uint32_t kQ8 = 8;

// One file at a time in a folder of its own.
class Files {
 public:
  Result<GgufFile> open(std::string_view bytes) const {
    return GgufFile::open(folder_.write("model.gguf", bytes));
  }

  // The error's code; none when the file opens. The message must name the file.
  std::optional<ErrorCode> refusal(std::string_view bytes) const {
    const auto file = open(bytes);
    if (file) return std::nullopt;
    INFO(file.error().message);
    CHECK(file.error().message.find("model.gguf") != std::string::npos);
    return file.error().code;
  }

 private:
  TemporaryFolder folder_;
};

GgufBuilder sound() {
  GgufBuilder file;
  file.text("general.architecture", "llama").count("llama.block_count", 2).real("r", 0.5F);
  file.texts("list", {"a", "", "ü"}).integers("types", {1, -1, 3});
  file.tensor("first", {4, 2}, kF32, 0).tensor("second", {32, 2}, kQ8, 32);
  file.data.resize(32 + 68);
  return file;
}

GgufBuilder with_tensor(const std::vector<std::uint64_t>& extents, std::uint32_t type,
                        std::uint64_t offset) {
  GgufBuilder file;
  file.tensor("w", extents, type, offset);
  file.data.resize(64);
  return file;
}

TEST_CASE("a sound GGUF file gives its metadata and the places of its tensors") {
  const Files files;
  const GgufBuilder built = sound();
  const auto file = files.open(built.bytes());
  REQUIRE(file);
  CHECK(*file->find_text("general.architecture") == "llama");
  CHECK(*file->find_count("llama.block_count") == 2);
  CHECK(*file->find_real("r") == 0.5);
  CHECK((*file->find_texts("list"))->size() == 3);
  CHECK((**file->find_integers("types"))[1] == -1);
  CHECK(*file->find_count("absent") == std::nullopt);
  REQUIRE(file->tensors().size() == 2);
  const GgufTensor& second = file->tensors()[1];
  CHECK(second.name == "second");
  CHECK(second.shape == std::vector<std::uint64_t>{2, 32});
  CHECK(second.type == DType::q8_0);
  CHECK(second.bytes == 68);
  CHECK(second.offset == built.bytes().size() - 68);
}

TEST_CASE("metadata of another type than asked for is corrupt and names its key") {
  const Files files;
  const auto file = files.open(sound().bytes());
  REQUIRE(file);
  const auto count = file->find_count("general.architecture");
  REQUIRE_FALSE(count);
  CHECK(count.error().code == ErrorCode::corrupt);
  CHECK(count.error().message.find("general.architecture") != std::string::npos);
  CHECK_FALSE(file->find_text("llama.block_count"));
  CHECK_FALSE(file->find_real("list"));
  CHECK_FALSE(file->find_texts("types"));
  CHECK_FALSE(file->find_integers("list"));
}

TEST_CASE("a GGUF file that is cut anywhere in its header is corrupt") {
  const Files files;
  const std::string header = sound().header();
  for (std::size_t length = 0; length < header.size(); ++length) {
    CAPTURE(length);
    CHECK(files.refusal(header.substr(0, length)) == ErrorCode::corrupt);
  }
}

TEST_CASE("the embedded model's file, cut at every 64th of its header, is corrupt") {
  const auto path = find_or_skip(smollm2_path());
  if (!path) return;
  const Files files;
  constexpr std::size_t kHeaderBytes = 1'785'664;
  std::string bytes(kHeaderBytes, '\0');
  std::ifstream(*path, std::ios::binary).read(bytes.data(), kHeaderBytes);
  for (std::size_t part = 0; part <= 64; ++part) {
    CAPTURE(part);
    CHECK(files.refusal(bytes.substr(0, kHeaderBytes * part / 64)) == ErrorCode::corrupt);
  }
}

TEST_CASE("a GGUF file of another magic or version is refused") {
  const Files files;
  GgufBuilder file = sound();
  file.magic = 0x46554746;
  CHECK(files.refusal(file.bytes()) == ErrorCode::corrupt);
  file = sound();
  for (const std::uint32_t version : {0U, 1U, 4U, 0x03000000U}) {
    file.version = version;
    CHECK(files.refusal(file.bytes()) == ErrorCode::unsupported);
  }
  file.version = 2;
  CHECK(files.refusal(file.bytes()) == std::nullopt);
}

TEST_CASE("absurd counts and lengths are refused before anything is allocated by them") {
  const Files files;
  for (const std::uint64_t absurd : {std::uint64_t{1} << 63, std::uint64_t{1} << 60,
                                     std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    CAPTURE(absurd);
    GgufBuilder file = sound();
    file.tensor_count = absurd;
    CHECK(files.refusal(file.bytes()) == ErrorCode::corrupt);
    file = sound();
    file.key_count = absurd;
    CHECK(files.refusal(file.bytes()) == ErrorCode::corrupt);
    GgufBuilder text;
    text.key("k", 8, raw(absurd) + "abc");
    CHECK(files.refusal(text.bytes()) == ErrorCode::corrupt);
    for (std::uint32_t element = 0; element <= 12; ++element) {
      GgufBuilder array;
      array.key("k", 9, raw(element) + raw(absurd) + "abc");
      CHECK(files.refusal(array.bytes()) == ErrorCode::corrupt);
    }
  }
}

TEST_CASE("lengths over the caps are too large even in a file that long") {
  TemporaryFolder folder;
  const auto refusal = [&](const GgufBuilder& file) {
    const auto path = folder.write("model.gguf", file.header());
    std::filesystem::resize_file(path, std::uint64_t{1} << 33);  // sparse
    const auto opened = GgufFile::open(path);
    return opened ? std::nullopt : std::optional(opened.error().code);
  };
  GgufBuilder text;
  text.key("k", 8, raw<std::uint64_t>((16U << 20) + 1));
  CHECK(refusal(text) == ErrorCode::too_large);
  GgufBuilder array;
  array.key("k", 9, raw<std::uint32_t>(0) + raw<std::uint64_t>((16U << 20) + 1));
  CHECK(refusal(array) == ErrorCode::too_large);
  GgufBuilder keys;
  keys.key_count = 65'537;
  CHECK(refusal(keys) == ErrorCode::too_large);
  GgufBuilder tensors;
  tensors.tensor_count = 1'000'001;
  CHECK(refusal(tensors) == ErrorCode::too_large);
}

TEST_CASE("arrays of arrays are unsupported, unknown value types corrupt") {
  const Files files;
  std::string nested = raw<std::uint32_t>(9);
  for (int depth = 0; depth < 1000; ++depth) {
    nested += raw<std::uint64_t>(1) + raw<std::uint32_t>(9);
  }
  GgufBuilder arrays;
  arrays.key("k", 9, nested);
  CHECK(files.refusal(arrays.bytes()) == ErrorCode::unsupported);
  GgufBuilder unknown;
  unknown.key("k", 13, raw<std::uint64_t>(0));
  CHECK(files.refusal(unknown.bytes()) == ErrorCode::corrupt);
  GgufBuilder wide;
  wide.key("k", 9, raw<std::uint32_t>(10) + raw<std::uint64_t>(1) + raw(~std::uint64_t{0}));
  CHECK(files.refusal(wide.bytes()) == ErrorCode::unsupported);
}

TEST_CASE("a name that comes twice is corrupt") {
  const Files files;
  GgufBuilder keys = sound();
  keys.count("r", 1);
  CHECK(files.refusal(keys.bytes()) == ErrorCode::corrupt);
  GgufBuilder tensors = sound();
  tensors.tensor("first", {1}, kF32, 64);
  CHECK(files.refusal(tensors.bytes()) == ErrorCode::corrupt);
}

TEST_CASE("dimensions that are none, too many, zero or overflow are corrupt") {
  const Files files;
  CHECK(files.refusal(with_tensor({4, 4}, kF32, 0).bytes()) == std::nullopt);
  CHECK(files.refusal(with_tensor({}, kF32, 0).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1, 1, 1, 1, 1}, kF32, 0).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({4, 0}, kF32, 0).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1ULL << 32, 1ULL << 32}, kF32, 0).bytes()) ==
        ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1ULL << 63}, kF32, 0).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({~0ULL}, kF32, 0).bytes()) == ErrorCode::corrupt);
  GgufBuilder dimensions;
  dimensions.tensors = gguf_text("w") + raw<std::uint32_t>(0xffffffff) + std::string(64, '\1');
  dimensions.tensor_count = 1;
  CHECK(files.refusal(dimensions.bytes()) == ErrorCode::corrupt);
}

TEST_CASE("rows that are no whole number of blocks are corrupt") {
  const Files files;
  CHECK(files.refusal(with_tensor({32, 1}, kQ8, 0).bytes()) == std::nullopt);
  CHECK(files.refusal(with_tensor({16, 2}, kQ8, 0).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({33, 1}, kQ8, 0).bytes()) == ErrorCode::corrupt);
}

TEST_CASE("a tensor type that is not read is unsupported and the served ones are named") {
  const Files files;
  const auto file = files.open(with_tensor({256}, 16, 0).bytes());
  REQUIRE_FALSE(file);
  CHECK(file.error().code == ErrorCode::unsupported);
  CHECK(file.error().message.find("q4_1") != std::string::npos);
}

TEST_CASE("tensor data outside the file, unaligned or overlapping is corrupt") {
  const Files files;
  CHECK(files.refusal(with_tensor({17}, kF32, 0).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1}, kF32, 64).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1}, kF32, 4).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1}, kF32, ~31ULL).bytes()) == ErrorCode::corrupt);
  CHECK(files.refusal(with_tensor({1}, kF32, 1ULL << 63).bytes()) == ErrorCode::corrupt);
  GgufBuilder overlap = with_tensor({16}, kF32, 0);
  overlap.tensor("v", {8}, kF32, 32);
  CHECK(files.refusal(overlap.bytes()) == ErrorCode::corrupt);
  GgufBuilder same = with_tensor({8}, kF32, 0);
  same.tensor("v", {8}, kF32, 0);
  CHECK(files.refusal(same.bytes()) == ErrorCode::corrupt);
}

TEST_CASE("an alignment that is no power of two is corrupt") {
  const Files files;
  for (const std::uint32_t alignment : {0U, 3U, 48U, 1U << 31}) {
    GgufBuilder file = with_tensor({8}, kF32, 0);
    file.count("general.alignment", alignment);
    CHECK(files.refusal(file.bytes()) == ErrorCode::corrupt);
  }
}

TEST_CASE("what is no regular file is not found") {
  const auto missing = GgufFile::open("/nonexistent.gguf");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK_FALSE(GgufFile::open("/dev/zero"));
  CHECK_FALSE(GgufFile::open("/"));
}

}  // namespace
}  // namespace seekd::model
