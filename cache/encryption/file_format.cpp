#include "cache/encryption/file_format.h"

#include <algorithm>
#include <span>
#include <utility>

#include "cache/content_hash.h"

namespace seekd::cache {
namespace {

constexpr std::string_view magic = "seekdenc";
constexpr char file_format = 1;
constexpr std::size_t salt_offset = 16;
constexpr std::size_t salt_bytes = 32;
constexpr std::size_t tag_offset = salt_offset + salt_bytes;
static_assert(tag_offset + tag_bytes == header_bytes);

std::unique_ptr<FrameCipher> cipher_for(const Secret& data_key, std::string_view described,
                                        FrameCipher::Direction direction) {
  return std::make_unique<FrameCipher>(
      derive(data_key, "seekd cache: file " + std::string(described)), direction);
}

void append_number(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> (8 * i));
}

std::string check_of(std::uint64_t offset, std::string_view length) {
  std::string checked(length);
  append_number(checked, offset, 8);
  return std::string(hash_text(checked).view().substr(0, 4));
}

}  // namespace

std::optional<NewFile> begin_file(const Secret& data_key, Layout layout) {
  std::string header(magic);
  header += file_format;
  header += static_cast<char>(layout);
  header.resize(header_bytes, '\0');
  const std::span<std::uint8_t> salt(reinterpret_cast<std::uint8_t*>(&header[salt_offset]),
                                     salt_bytes);
  if (!fill_randomly(salt)) return std::nullopt;
  const std::string described = header.substr(0, tag_offset);
  auto cipher = cipher_for(data_key, described, FrameCipher::Direction::seal);
  if (!cipher->seal(0, FrameKind::header, described, {}, &header[tag_offset])) return std::nullopt;
  return NewFile{std::move(header), std::move(cipher)};
}

std::optional<OpenedFile> open_file(const Secret& data_key, std::string_view header) {
  if (header.size() != header_bytes || !begins_encrypted_file(header)) return std::nullopt;
  const std::string_view described = header.substr(0, tag_offset);
  auto cipher = cipher_for(data_key, described, FrameCipher::Direction::open);
  std::string tag(header.substr(tag_offset));
  if (!cipher->open(0, FrameKind::header, described, tag)) return std::nullopt;
  const auto layout = static_cast<Layout>(header[magic.size() + 1]);
  if (layout != Layout::blocks && layout != Layout::stream) return std::nullopt;
  return OpenedFile{layout, std::move(cipher)};
}

bool begins_encrypted_file(std::string_view bytes) {
  return bytes.starts_with(magic) && bytes.size() > magic.size() &&
         bytes[magic.size()] == file_format;
}

Layout layout_for(std::string_view file_name) {
  return file_name.ends_with(".sst") ? Layout::blocks : Layout::stream;
}

std::uint64_t plain_size_of_blocks(std::uint64_t file_bytes) {
  if (file_bytes <= header_bytes) return 0;
  const std::uint64_t frames = file_bytes - header_bytes;
  const std::uint64_t rest = frames % sealed_block_bytes;
  return frames / sealed_block_bytes * block_bytes + (rest > tag_bytes ? rest - tag_bytes : 0);
}

std::string frame_head(std::uint64_t offset, std::size_t length) {
  std::string head;
  append_number(head, length, 4);
  head += check_of(offset, head);
  return head;
}

std::optional<std::size_t> parse_frame_head(std::uint64_t offset, std::string_view head) {
  if (head.size() != frame_head_bytes) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    length |= std::size_t{static_cast<std::uint8_t>(head[i])} << (8 * i);
  }
  const bool sound = head.substr(4) == check_of(offset, head.substr(0, 4)) && length > 0 &&
                     length <= stream_frame_bytes_max;
  return sound ? std::optional(length) : std::nullopt;
}

}  // namespace seekd::cache
