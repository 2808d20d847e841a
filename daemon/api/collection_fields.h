// Collections as requests name them, and the one refusal for those that a caller may not use and
// for those that there are not: whoever may not read one learns nothing of it.
//
// Pure; any thread.

#pragma once

#include <string_view>

#include "daemon/access/scope.h"
#include "daemon/api/fields.h"

namespace seekd::daemon {

// Of `readable` what the list "collections" names; all of it where the list is not there. Records
// an error in `fields` for a name that is not among them.
Scope read_collections(Fields& fields, const Scope& readable);

// 404, of a collection that there is not or that the caller may not write to.
ApiError no_writable_collection(std::string_view name, std::string_view param);

}  // namespace seekd::daemon
