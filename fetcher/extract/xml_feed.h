// RSS 0.9x and 2.0, RSS 1.0 (RDF), Atom (RFC 4287, and 0.3 before it).
//
// Pure but for memory; any thread.
#pragma once

#include <string_view>

#include "fetcher/extract/feed.h"

namespace seekd::fetcher {

// `utf8` is XML whose root is rss, rdf:RDF or feed, in whatever prefix. A feed that breaks off, or
// is not well-formed any more, counts as far as its last whole entry; without one it is an error.
// Errors: invalid_argument, too_large (of read_xml_events).
Result<Feed> read_xml_feed(std::string_view utf8);

}  // namespace seekd::fetcher
