// FileImport: the files of an ImportList into one collection, and the word of what became of each.
//
// Files are read ahead by as many readers as there are processors, and sent in their order. What
// was sent is stored, whatever happens afterwards. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "ctl/daemon_connection.h"
#include "ctl/file_reader.h"
#include "ctl/import_files.h"
#include "ctl/progress.h"
#include "policy/result.h"

namespace seekd::ctl {

struct ImportSummary {
  std::size_t added = 0;  // pages
  std::size_t changed = 0;
  std::size_t unchanged = 0;
  std::size_t removed = 0;  // of files that have gone
  struct Failure {
    std::string file;
    std::string error;
  };
  std::vector<Failure> failures;
  std::map<std::string, std::vector<std::string>> skipped;  // by reason
  Work done;
  bool interrupted = false;
};

boost::json::object to_json(const ImportSummary& summary);

enum class Prune : std::uint8_t {
  keep,    // pages of files that have gone stay
  remove,  // where every folder could be looked into
};

struct ImportTask {
  std::string collection;
  Prune prune = Prune::keep;
  std::size_t readers = 1;
  std::function<bool()> interrupted;  // asked between two files
};

// Errors: those that leave nothing to go on with: of the daemon's, unavailable and not_found (no
// collection that the caller may write to); the readers'.
Result<ImportSummary> import_files(const DaemonConnection& seekd, FileReader& reader,
                                   const ImportList& list, const ImportTask& task,
                                   Progress& progress);

}  // namespace seekd::ctl
