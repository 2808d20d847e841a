// What [access], [tls] and [jwt] write: addresses to listen on, roles and callers, kinds of proof.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <string>
#include <vector>

#include "config/access_config.h"
#include "config/value.h"
#include "policy/result.h"

namespace seekd::config {

Result<std::string> read_listen(const Value& value);  // "" or ADDRESS:PORT

Result<std::vector<std::string>> read_role_names(const Value& value);
Result<std::vector<policy::Role>> read_roles(const Value& value);
Result<std::vector<CallerConfig>> read_callers(const Value& value);
Result<CallerPriority> read_priority(const Value& value);

Result<PlainHttp> read_plain_http(const Value& value);
Result<ClientCertificates> read_client_certificates(const Value& value);
Result<std::vector<JwtAlgorithm>> read_jwt_algorithms(const Value& value);

}  // namespace seekd::config
