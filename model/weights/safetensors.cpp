#include "model/weights/safetensors.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <boost/json.hpp>

namespace seekd::model {
namespace {

namespace json = boost::json;

// A tensor type's width; `read_as` where we read it.
struct StoredType {
  std::string_view name;
  std::uint64_t bytes;
  std::optional<DType> read_as;
};

constexpr StoredType kTypes[] = {
    {"F32", 4, DType::f32},      {"F16", 2, DType::f16},       {"BF16", 2, DType::bf16},
    {"F64", 8, std::nullopt},    {"I64", 8, std::nullopt},     {"U64", 8, std::nullopt},
    {"I32", 4, std::nullopt},    {"U32", 4, std::nullopt},     {"I16", 2, std::nullopt},
    {"U16", 2, std::nullopt},    {"I8", 1, std::nullopt},      {"U8", 1, std::nullopt},
    {"BOOL", 1, std::nullopt},   {"F8_E4M3", 1, std::nullopt}, {"F8_E5M2", 1, std::nullopt},
    {"F8_E8M0", 1, std::nullopt}};

std::unexpected<Error> corrupt(const std::filesystem::path& path, std::string_view field,
                               std::string_view what) {
  std::string message = path.string();
  message.append(": ").append(field.substr(0, 100)).append(": ").append(what);
  return fail(ErrorCode::corrupt, std::move(message));
}

std::optional<std::uint64_t> to_count(const json::value& value) {
  if (value.is_uint64()) return value.get_uint64();
  if (value.is_int64() && value.get_int64() >= 0) {
    return static_cast<std::uint64_t>(value.get_int64());
  }
  return std::nullopt;
}

std::optional<std::vector<std::uint64_t>> to_counts(const json::value* value, std::size_t max) {
  if (value == nullptr || !value->is_array() || value->get_array().size() > max) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> counts;
  for (const json::value& element : value->get_array()) {
    const auto count = to_count(element);
    if (!count) return std::nullopt;
    counts.push_back(*count);
  }
  return counts;
}

const StoredType* to_type(const json::value* value) {
  if (value == nullptr || !value->is_string()) return nullptr;
  const auto* type =
      std::ranges::find(kTypes, std::string_view(value->get_string()), &StoredType::name);
  return type == std::end(kTypes) ? nullptr : type;
}

Result<json::object> parse_object(const std::filesystem::path& path, std::string_view text) {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error);
  if (error) return corrupt(path, "header", "no JSON: " + error.message());
  if (!parsed.is_object()) return corrupt(path, "header", "no JSON object");
  return std::move(parsed.get_object());
}

// Offsets are still relative to the data section.
Result<SafetensorsTensor> to_tensor(const std::filesystem::path& path, std::string_view name,
                                    const json::value& described) {
  const auto* fields = described.if_object();
  if (fields == nullptr) return corrupt(path, name, "no JSON object");
  const StoredType* type = to_type(fields->if_contains("dtype"));
  if (type == nullptr) return corrupt(path, name, "dtype is none that the format knows");
  auto shape = to_counts(fields->if_contains("shape"), SafetensorsLimits::dimensions_max);
  if (!shape) return corrupt(path, name, "shape is no list of up to 8 counts");
  const auto range = to_counts(fields->if_contains("data_offsets"), 2);
  if (!range || range->size() != 2 || (*range)[0] > (*range)[1]) {
    return corrupt(path, name, "data_offsets is no range");
  }
  std::uint64_t bytes = type->bytes;
  for (const std::uint64_t extent : *shape) {
    if (__builtin_mul_overflow(bytes, extent, &bytes)) {
      return corrupt(path, name, "the product of its dimensions overflows");
    }
  }
  if (bytes != (*range)[1] - (*range)[0]) {
    return corrupt(path, name, "data_offsets are not as long as shape and dtype say");
  }
  return SafetensorsTensor{std::string(name), std::move(*shape), type->read_as, (*range)[0], bytes};
}

// Turns relative offsets into absolute ones; the data section ends with the file.
Status place_tensors(const InputFile& file, std::uint64_t data,
                     std::vector<SafetensorsTensor>& tensors) {
  std::ranges::sort(tensors, [](const auto& a, const auto& b) {
    return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
  });
  std::uint64_t end = 0;
  for (SafetensorsTensor& tensor : tensors) {
    if (tensor.offset != end) {
      return corrupt(file.path(), tensor.name, "its data leaves a gap or overlaps another's");
    }
    end += tensor.bytes;
    if (end > file.size() - data) {
      return corrupt(file.path(), tensor.name, "its data lies beyond the end of the file");
    }
    tensor.offset += data;
  }
  if (end != file.size() - data) {
    return corrupt(file.path(), "header", "the file is longer than its tensors");
  }
  return {};
}

Result<std::string> read_header(const InputFile& file) {
  std::uint64_t length = 0;
  if (file.size() < sizeof length) return corrupt(file.path(), "header", "the file is too short");
  if (auto read = file.read(0, std::as_writable_bytes(std::span(&length, 1))); !read) {
    return std::unexpected(read.error());
  }
  if (length > file.size() - sizeof length) {
    return corrupt(file.path(), "header", "longer than the file");
  }
  if (length > SafetensorsLimits::header_bytes_max) {
    return fail(ErrorCode::too_large, file.path().string() + ": a header of more than 32 MiB");
  }
  std::string header(length, '\0');
  if (auto read = file.read(sizeof length, std::as_writable_bytes(std::span(header))); !read) {
    return std::unexpected(read.error());
  }
  return header;
}

using ShardOfTensor = std::map<std::string, std::string, std::less<>>;

Result<ShardOfTensor> read_index(const std::filesystem::path& path) {
  const auto text = read_text_file(path, SafetensorsLimits::index_bytes_max);
  if (!text) return std::unexpected(text.error());
  const auto index = parse_object(path, *text);
  if (!index) return std::unexpected(index.error());
  const auto* map = index->if_contains("weight_map");
  if (map == nullptr || !map->is_object()) return corrupt(path, "weight_map", "no JSON object");
  ShardOfTensor shards;
  for (const auto& [tensor, shard] : map->get_object()) {
    const auto* name = shard.if_string();
    if (name == nullptr || name->empty() || name->front() == '.' ||
        name->find_first_of(std::string_view("/\0", 2)) != json::string::npos) {
      return corrupt(path, tensor, "its shard is no plain file name");
    }
    shards.emplace(tensor, *name);
  }
  return shards;
}

Status check_shard(const SafetensorsFile& shard, const std::string& name,
                   const ShardOfTensor& index) {
  for (const SafetensorsTensor& tensor : shard.tensors()) {
    const auto entry = index.find(tensor.name);
    if (entry == index.end() || entry->second != name) {
      return corrupt(shard.file().path(), tensor.name, "the index does not place it in this file");
    }
  }
  return {};
}

Result<std::vector<SafetensorsFile>> open_shards(const std::filesystem::path& folder,
                                                 const std::filesystem::path& index_path) {
  const auto index = read_index(index_path);
  if (!index) return std::unexpected(index.error());
  std::set<std::string> names;
  for (const auto& [tensor, shard] : *index) names.insert(shard);
  if (names.size() > SafetensorsLimits::shards_max) {
    return fail(ErrorCode::too_large, index_path.string() + ": more than 1024 shards");
  }
  std::vector<SafetensorsFile> shards;
  std::size_t tensors = 0;
  for (const std::string& name : names) {
    auto shard = SafetensorsFile::open(folder / name);
    if (!shard) return std::unexpected(shard.error());
    if (auto checked = check_shard(*shard, name, *index); !checked) {
      return std::unexpected(checked.error());
    }
    tensors += shard->tensors().size();
    shards.push_back(std::move(*shard));
  }
  if (tensors != index->size()) {
    return corrupt(index_path, "weight_map", "names tensors that its shards do not hold");
  }
  return shards;
}

}  // namespace

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
  auto file = InputFile::open(path);
  if (!file) return std::unexpected(file.error());
  const auto header = read_header(*file);
  if (!header) return std::unexpected(header.error());
  const auto entries = parse_object(path, *header);
  if (!entries) return std::unexpected(entries.error());
  SafetensorsFile safetensors(std::move(*file));
  for (const auto& [name, described] : *entries) {
    if (name == "__metadata__") continue;
    auto tensor = to_tensor(path, name, described);
    if (!tensor) return std::unexpected(tensor.error());
    safetensors.tensors_.push_back(std::move(*tensor));
  }
  const std::uint64_t data = sizeof(std::uint64_t) + header->size();
  if (auto placed = place_tensors(safetensors.file_, data, safetensors.tensors_); !placed) {
    return std::unexpected(placed.error());
  }
  return safetensors;
}

Result<std::vector<SafetensorsFile>> open_safetensors_folder(const std::filesystem::path& folder) {
  const std::filesystem::path index = folder / "model.safetensors.index.json";
  std::error_code error;
  if (std::filesystem::exists(index, error)) return open_shards(folder, index);
  auto file = SafetensorsFile::open(folder / "model.safetensors");
  if (!file) return std::unexpected(file.error());
  std::vector<SafetensorsFile> files;
  files.push_back(std::move(*file));
  return files;
}

}  // namespace seekd::model
