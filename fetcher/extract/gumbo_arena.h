// GumboArena: the memory of one gumbo parse, and the way out of it when a limit is passed.
//
// gumbo 0.10.1 neither checks what its allocator returns nor offers another way to stop it, so that
// the guard leaves with longjmp; nothing leaks, because all that gumbo holds lies in the arena. Not
// thread-safe; one parse each.
#pragma once

#include <csetjmp>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <gumbo.h>

namespace seekd::fetcher {

enum class GumboLimit {
  none,           // parsed to the end
  bytes,          // the tree needs more memory than it may have
  open_elements,  // elements are nested too deep
  unguarded,      // this gumbo allocates otherwise than the guard knows: nothing was parsed
};

class GumboArena {
 public:
  GumboArena(std::size_t bytes_max, std::size_t open_elements_max);

  // The parsed document, or null when limit() says why there is none. REQUIRES: called once.
  GumboOutput* parse(std::string_view html);
  GumboLimit limit() const { return limit_; }

 private:
  static void* allocate_for_gumbo(void* arena, std::size_t size);
  static void free_for_gumbo(void* arena, void* block);
  void* allocate(std::size_t size);
  void watch_open_elements(const void* freed);
  [[noreturn]] void leave(GumboLimit limit);

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;  // bytes, of the newest chunk
  std::size_t bytes_left_;
  std::size_t open_elements_max_;
  const void* open_elements_ = nullptr;  // the vector's current storage
  std::size_t open_elements_bytes_ = 0;
  void* newest_ = nullptr;
  std::size_t newest_bytes_ = 0;
  unsigned allocations_ = 0;
  std::jmp_buf way_out_;
  GumboLimit limit_ = GumboLimit::none;
};

}  // namespace seekd::fetcher
