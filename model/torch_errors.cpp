#include "model/torch_errors.h"

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include <c10/util/Exception.h>

namespace seekd::model {

namespace {

// libtorch's CPU allocator has no exception class of its own, nor have the libraries that it calls:
// oneDNN tells no more where it finds no memory for its code and its buffers, cuBLAS its status.
bool is_out_of_memory(std::string_view what) {
  return what.contains("DefaultCPUAllocator: ") || what.contains("could not create a primitive") ||
         what.contains("could not create a memory object") ||
         what.contains("CUBLAS_STATUS_ALLOC_FAILED");
}

Error out_of_memory(const std::string& doing, const std::string& memory) {
  return {ErrorCode::too_large,
          doing + ": " + memory +
              " ran out; lower model.context_tokens_max, take a smaller model "
              "or free memory"};
}

}  // namespace

Error error_of_current_exception(const std::string& doing) {
  try {
    throw;
  } catch (const c10::OutOfMemoryError&) {
    return out_of_memory(doing, "the GPU's memory");
  } catch (const c10::Error& error) {
    const std::string what = error.what_without_backtrace();
    if (is_out_of_memory(what)) return out_of_memory(doing, "memory");
    return {ErrorCode::internal, doing + ": libtorch failed: " + what.substr(0, what.find('\n'))};
  } catch (const std::bad_alloc&) {
    return out_of_memory(doing, "memory");
  } catch (const std::exception& error) {
    if (is_out_of_memory(error.what())) return out_of_memory(doing, "memory");
    return {ErrorCode::internal, doing + ": " + error.what()};
  } catch (...) {
    return {ErrorCode::internal, doing + ": an exception of unknown type"};
  }
}

}  // namespace seekd::model
