// What an encrypted file looks like: a header, then frames, each of ciphertext and tag.
//
// Header, 64 bytes: "seekdenc", 1 (format), the layout (one byte each), six zeros, a salt (32
// bytes), a tag over all that. The file's key is derived from the folder's data key and the header,
// so that no two files have one key, and a header says what it is with the authority of the key.
//
// `blocks`, for tables, which are read anywhere: 4096 bytes a frame, and a last one of fewer, none
// perhaps, so that a file that was cut at a frame is told from a whole one.
// `stream`, for what is written bit by bit and read from the front: before each frame its length
// and a check of it (4 bytes each). The end of a log may be torn by a crash; a frame that is not
// there whole is as if it had not been written, as RocksDB takes its own records.
//
// Pure functions, any thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cache/encryption/frame_cipher.h"
#include "cache/encryption/secret.h"

namespace seekd::cache {

enum class Layout : std::uint8_t { blocks = 1, stream = 2 };

inline constexpr std::size_t header_bytes = 64;
inline constexpr std::size_t block_bytes = 4096;
inline constexpr std::size_t sealed_block_bytes = block_bytes + tag_bytes;
inline constexpr std::size_t stream_frame_bytes_max = 64 << 10;
inline constexpr std::size_t frame_head_bytes = 8;

struct OpenedFile {
  Layout layout;
  std::unique_ptr<FrameCipher> cipher;
};

struct NewFile {
  std::string header;
  std::unique_ptr<FrameCipher> cipher;
};

// nullopt when there is no randomness or memory.
std::optional<NewFile> begin_file(const Secret& data_key, Layout layout);

// nullopt when the bytes are no header, or not one that this key made.
std::optional<OpenedFile> open_file(const Secret& data_key, std::string_view header);

bool begins_encrypted_file(std::string_view bytes);

// Where table files, which alone are read anywhere, are told by their name.
Layout layout_for(std::string_view file_name);

// Plaintext of so many bytes of a `blocks` file.
std::uint64_t plain_size_of_blocks(std::uint64_t file_bytes);

std::string frame_head(std::uint64_t offset, std::size_t length);
// nullopt when it was not written for this offset.
std::optional<std::size_t> parse_frame_head(std::uint64_t offset, std::string_view head);

}  // namespace seekd::cache
