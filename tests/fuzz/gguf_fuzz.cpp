// What must hold of every file: reading ends, tensors lie apart and within the file, and each that
// is announced can be read.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "model/text/tokenizer.h"
#include "model/weights/gguf.h"
#include "model/weights/loader.h"
#include "model/weights/tensor_names.h"

namespace {

using namespace seekd::model;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_tensors(const GgufFile& gguf) {
  std::uint64_t end = 0;
  for (const GgufTensor& tensor : gguf.tensors()) {
    require(tensor.offset >= end);
    end = tensor.offset + tensor.bytes;
    require(end <= gguf.file().size());
    require(storage_bytes(tensor.type, tensor.weights) == tensor.bytes);
  }
}

void check_checkpoint(const GgufFile& gguf, const std::string& path) {
  const auto checkpoint = Checkpoint::open(path);
  if (!checkpoint) return;
  for (const GgufTensor& stored : gguf.tensors()) {
    const auto name = hf_tensor_name(stored.name);
    const Tensor* tensor = name ? checkpoint->find(*name) : nullptr;
    if (tensor == nullptr) continue;
    std::uint64_t weights = 1;
    for (const std::uint64_t extent : tensor->shape) weights *= extent;
    std::vector<float> read(weights);
    (void)checkpoint->read(tensor->name, tensor->shape, read);
  }
}

void check_tokenizer(const std::string& path) {
  const auto tokenizer = Tokenizer::load(path);
  if (!tokenizer) return;
  const auto ids = tokenizer->encode("It's 12 \u00e9 <|x|>\n", SpecialTokens::as_text);
  for (const TokenId id : ids) require(!tokenizer->token_bytes(id).empty());
  (void)tokenizer->decode(ids);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("gguf", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (const auto gguf = GgufFile::open(path)) {
    check_tensors(*gguf);
    check_checkpoint(*gguf, path);
  }
  check_tokenizer(path);
  ::close(file);
  return 0;
}
