#include "policy/access.h"

#include <array>
#include <charconv>
#include <utility>

#include "policy/quoted.h"
#include "policy/rights.h"

namespace seekd::policy {
namespace {

using Kind = Subject::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 6> kinds{{{"uid:", Kind::uid},
                                                                  {"gid:", Kind::gid},
                                                                  {"user:", Kind::user},
                                                                  {"group:", Kind::group},
                                                                  {"caller:", Kind::caller},
                                                                  {"role:", Kind::role}}};

constexpr std::uint32_t no_id = UINT32_MAX;  // (uid_t)-1 is nobody's: chown(2)

bool read_id(std::string_view text, std::uint32_t& id) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() && id != no_id;
}

}  // namespace

Result<Subject> parse_subject(std::string_view text) {
  if (text == "everyone") return Subject{};
  for (const auto& [prefix, kind] : kinds) {
    if (!text.starts_with(prefix)) continue;
    const std::string_view rest = text.substr(prefix.size());
    Subject subject{.kind = kind, .id = 0, .name = ""};
    const bool by_id = kind == Kind::uid || kind == Kind::gid;
    const bool by_account = kind == Kind::user || kind == Kind::group;
    if (!by_id) subject.name = rest;
    const bool named = by_id        ? read_id(rest, subject.id)
                       : by_account ? !rest.empty()
                                    : is_caller_name(rest);
    if (named) return subject;
  }
  return fail(ErrorCode::invalid_argument,
              quoted(text) + R"( names nobody: write "everyone", "uid:1001", "user:alice", )"
                             R"("gid:50", "group:ops", "caller:grafana" or "role:auditor")");
}

}  // namespace seekd::policy
