#include "fetcher/extract/gumbo_arena.h"

#include <algorithm>
#include <utility>

namespace seekd::fetcher {
namespace {

constexpr std::size_t chunk_bytes = 256 << 10;
constexpr std::size_t alignment = alignof(void*);  // the strictest type that gumbo allocates

// gumbo's stack of open elements is its first vector of 10 pointers, made before the first byte of
// input is read (parser_state_init), and it grows by doubling: allocate, copy, free. So its
// capacity can be followed from here.
constexpr std::size_t open_elements_first_bytes = 10 * sizeof(void*);
constexpr unsigned allocations_before_input_max = 16;

}  // namespace

GumboArena::GumboArena(std::size_t bytes_max, std::size_t open_elements_max)
    : bytes_left_(bytes_max), open_elements_max_(open_elements_max) {}

// No object with a destructor may live in this frame or below it when leave() jumps.
GumboOutput* GumboArena::parse(std::string_view html) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = allocate_for_gumbo;
  options.deallocator = free_for_gumbo;
  options.userdata = this;
  options.max_errors = 0;
  if (setjmp(way_out_) != 0) return nullptr;
  return gumbo_parse_with_options(&options, html.data(), html.size());
}

void* GumboArena::allocate_for_gumbo(void* arena, std::size_t size) {
  return static_cast<GumboArena*>(arena)->allocate(size);
}

void GumboArena::free_for_gumbo(void* arena, void* block) {
  static_cast<GumboArena*>(arena)->watch_open_elements(block);
}

void* GumboArena::allocate(std::size_t size) {
  const std::size_t bytes = (std::max<std::size_t>(size, 1) + alignment - 1) & ~(alignment - 1);
  if (bytes > bytes_left_) leave(GumboLimit::bytes);
  if (bytes > left_) {
    left_ = std::max(bytes, chunk_bytes);
    next_ = chunks_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(left_)).get();
  }
  bytes_left_ -= bytes;
  left_ -= bytes;
  newest_ = std::exchange(next_, next_ + bytes);
  newest_bytes_ = size;
  ++allocations_;
  if (open_elements_ == nullptr) {
    if (size == open_elements_first_bytes) {
      open_elements_ = newest_;
      open_elements_bytes_ = size;
    } else if (allocations_ > allocations_before_input_max) {
      leave(GumboLimit::unguarded);
    }
  }
  return newest_;
}

void GumboArena::watch_open_elements(const void* freed) {
  if (freed == nullptr || freed != open_elements_) return;
  if (newest_bytes_ != 2 * open_elements_bytes_) return;  // the parse ended
  open_elements_ = newest_;
  open_elements_bytes_ = newest_bytes_;
  if (open_elements_bytes_ / sizeof(void*) > open_elements_max_) leave(GumboLimit::open_elements);
}

void GumboArena::leave(GumboLimit limit) {
  limit_ = limit;
  std::longjmp(way_out_, 1);
}

}  // namespace seekd::fetcher
