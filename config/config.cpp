#include "config/config.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "config/contradictions.h"
#include "config/environment.h"
#include "config/option_table.h"
#include "config/suggestion.h"
#include "config/toml_reader.h"
#include "config/warnings.h"

namespace seekd::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t drop_ins_max = 256;
const char* const default_file = "/etc/seekd/seekd.toml";

struct Loading {
  Config config;
  Places places;
};

// A field that names no option: an empty section is harmless, all else is a mistake.
Status judge_unknown(const Field& field) {
  const bool section = std::ranges::any_of(option_table(), [&](const Option& option) {
    return option.name.starts_with(field.key + '.');
  });
  if (section && std::holds_alternative<std::vector<Field>>(field.value.data)) return {};
  if (section) return refuse(field.value, "is a section; write [" + field.key + ']');
  const std::string_view nearest = nearest_option(field.key);
  return refuse(field.value, nearest.empty()
                                 ? "unknown key; default.toml lists every option"
                                 : "unknown key; did you mean " + std::string(nearest) + '?');
}

void note_place(const Option& option, const Value& value, Place& place) {
  place.where = value.where;
  if (option.shape != Shape::tables) place.elements.clear();  // a list replaces, tables add
  const auto* elements = std::get_if<std::vector<Value>>(&value.data);
  if (elements == nullptr) return;
  for (const Value& element : *elements) place.elements.push_back(element.where);
}

Status apply(const Field& field, Loading& loading) {
  const Option* option = find_option(field.key);
  if (option == nullptr) return judge_unknown(field);
  Status set = option->set(loading.config, field.value);
  if (!set) {
    set.error().message += "; write " + option->expects;
    return set;
  }
  note_place(*option, field.value, loading.places[field.key]);
  return {};
}

Status apply_all(const Result<std::vector<Field>>& fields, Loading& loading) {
  if (!fields) return std::unexpected(fields.error());
  for (const Field& field : *fields) {
    if (const Status applied = apply(field, loading); !applied) return applied;
  }
  return {};
}

// What cannot be looked at is not absent: a policy that is closed to us must not be taken for none.
bool is_absent(const fs::path& path) {
  std::error_code error;
  return fs::status(path, error).type() == fs::file_type::not_found;
}

Result<std::string> read_file(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) {
    return fail(ErrorCode::not_found,
                file.string() + ": there is no such file, or its folder is closed to this user");
  }
  if (!fs::is_regular_file(status)) {
    return fail(ErrorCode::invalid_argument, file.string() + ": not a regular file; name one");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text(file_bytes_max + 1, '\0');  // one more, so that a longer file shows
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || stream.bad()) {
    return fail(ErrorCode::io, file.string() + ": cannot be read; check its owner and mode");
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

Status apply_file(const fs::path& file, Loading& loading) {
  const Result<std::string> text = read_file(file);
  if (!text) return std::unexpected(text.error());
  return apply_all(read_toml(*text, file.native()), loading);
}

// FILE.d/*.toml in name order; what begins with '.' is an editor's, as for the shell's *.
Result<std::vector<fs::path>> drop_ins(const fs::path& file) {
  const fs::path folder = file.native() + ".d";
  std::vector<fs::path> found;
  std::error_code error;
  if (is_absent(folder)) return found;
  auto entry = fs::directory_iterator(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.extension() == ".toml" && !path.filename().native().starts_with('.')) {
      found.push_back(path);
    }
    if (found.size() > drop_ins_max) {
      return fail(ErrorCode::too_large, folder.string() + ": more than " +
                                            std::to_string(drop_ins_max) + " drop-ins; join some");
    }
  }
  if (error) return fail(ErrorCode::io, folder.string() + ": " + error.message());
  std::ranges::sort(found);
  return found;
}

Status apply_files(const fs::path& named, Loading& loading) {
  const fs::path file = file_or_default(named);
  if (!named.empty() || !is_absent(file)) {
    if (const Status applied = apply_file(file, loading); !applied) return applied;
  }
  const Result<std::vector<fs::path>> extra = drop_ins(file);
  if (!extra) return std::unexpected(extra.error());
  for (const fs::path& path : *extra) {
    if (const Status applied = apply_file(path, loading); !applied) return applied;
  }
  return {};
}

}  // namespace

Result<Loaded> load_explained(const fs::path& file, const char* const* environment) {
  Loading loading;
  if (const Status files = apply_files(file, loading); !files) {
    return std::unexpected(files.error());
  }
  if (const Status variables = apply_all(read_environment(environment), loading); !variables) {
    return std::unexpected(variables.error());
  }
  if (const Status checked = check_contradictions(loading.config, loading.places); !checked) {
    return std::unexpected(checked.error());
  }
  std::vector<std::string> lines = warnings(loading.config, loading.places);
  return Loaded{std::move(loading.config), std::move(lines)};
}

Result<Config> load(const fs::path& file, const char* const* environment) {
  Result<Loaded> loaded = load_explained(file, environment);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::move(loaded->config);
}

fs::path file_or_default(const fs::path& file) {
  return file.empty() ? fs::path(default_file) : file;
}

}  // namespace seekd::config
