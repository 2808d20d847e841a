// What must hold of every file: reading ends, and the tensors cover the data without gap or
// overlap.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "model/weights/safetensors.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int file = ::memfd_create("safetensors", MFD_CLOEXEC);
  if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size)) std::abort();
  const auto opened = seekd::model::SafetensorsFile::open("/proc/self/fd/" + std::to_string(file));
  if (opened && !opened->tensors().empty()) {
    std::uint64_t end = opened->tensors().front().offset;
    for (const auto& tensor : opened->tensors()) {
      require(tensor.offset == end);
      end += tensor.bytes;
    }
    require(end == size);
  }
  ::close(file);
  return 0;
}
