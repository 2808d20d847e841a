#include "ctl/file_reader.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/block_diff.h"
#include "ctl/file_format.h"
#include "ctl/json_view.h"
#include "fetcher/extract/page_reader.h"
#include "fetcher/extract/pdf.h"
#include "fetcher/sandbox.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr rlim_t cpu_seconds_max = 10;
constexpr std::uint64_t memory_bytes_max = 512 << 20;  // that a child may add
constexpr rlim_t descriptors_max = 16;
constexpr std::chrono::minutes wall_time_max{5};  // of a busy machine; the limit above is the rule
constexpr std::size_t answer_bytes_max = 64 << 20;

// proc(5): the first number is the total program size in pages.
std::uint64_t address_space_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

bool limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  return setrlimit(resource, &value) == 0;
}

// All rights but the pipe's, for good. A file needs no TCP rules of Landlock's: the filter has no
// socket at all.
Status give_up_rights(pid_t parent, std::vector<config::SandboxMechanism> accepted) {
  accepted.push_back(config::SandboxMechanism::landlock_tcp);
  const rlim_t memory = address_space_bytes() + memory_bytes_max;
  const bool limited =
      prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
      prctl(PR_SET_DUMPABLE, 0) == 0 && limit(RLIMIT_CPU, cpu_seconds_max, cpu_seconds_max + 1) &&
      limit(RLIMIT_AS, memory, memory) && limit(RLIMIT_NOFILE, descriptors_max, descriptors_max) &&
      limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_CORE, 0, 0);
  if (!limited) return fail(ErrorCode::io, std::string("a reader's limits: ") + strerror(errno));
  if (auto entered = fetcher::enter_zygote_sandbox(accepted); !entered) {
    return std::unexpected(std::move(entered.error()));
  }
  if (!limit(RLIMIT_NPROC, 0, 0)) return fail(ErrorCode::io, "a reader's limits");
  return fetcher::enter_worker_sandbox(accepted);
}

json::object error_json(const Error& error) {
  return {{"code", static_cast<int>(error.code)}, {"message", error.message}};
}

json::object text_json(const fetcher::Document& document) {
  const PageMetadata& metadata = document.metadata;
  json::array blocks;
  for (const Block& block : document.blocks) {
    blocks.push_back(
        {{"kind", static_cast<int>(block.kind)}, {"level", block.level}, {"text", block.text}});
  }
  return {{"title", metadata.title},       {"author", metadata.author},
          {"language", metadata.language}, {"published", metadata.published},
          {"modified", metadata.modified}, {"blocks", std::move(blocks)}};
}

json::object read(std::string_view bytes, const std::string& name) {
  try {
    const auto format = file_format(bytes, name);
    if (!format) {
      const auto foreign = fetcher::foreign_format(bytes);
      return error_json(
          {ErrorCode::unsupported, "its bytes are " + std::string(foreign.value_or("of no text"))});
    }
    const auto document = fetcher::read_page(*format, bytes, "", "");
    return document ? text_json(*document) : error_json(document.error());
  } catch (const std::bad_alloc&) {
    return error_json({ErrorCode::too_large, "reading it takes more than 512 MiB of memory"});
  } catch (const std::exception& error) {
    return error_json({ErrorCode::internal, std::string("it cannot be read: ") + error.what()});
  }
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

enum class Ended : std::uint8_t { with_answer, too_much, too_late };

Ended read_answer(int descriptor, Clock::time_point deadline, std::string& answer) {
  std::array<char, 64 << 10> piece{};
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{descriptor, POLLIN, 0};
    const int got = left > 0 ? poll(&ready, 1, static_cast<int>(left)) : 0;
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Ended::too_late;
    const ssize_t bytes = ::read(descriptor, piece.data(), piece.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) return Ended::with_answer;
    answer.append(piece.data(), static_cast<std::size_t>(bytes));
    if (answer.size() > answer_bytes_max) return Ended::too_much;
  }
}

std::unexpected<Error> how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    if (signal == SIGXCPU || signal == SIGKILL) {
      return fail(ErrorCode::timeout, "reading it takes more than 10 s of processor time");
    }
    return fail(ErrorCode::internal,
                std::string("it crashed its reader (") + strsignal(signal) + ")");
  }
  return fail(ErrorCode::internal, "its reader ended without an answer");
}

std::optional<Block> block_of(const json::value& value) {
  if (!value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  const std::int64_t kind = integer_at(object, "kind");
  const std::int64_t level = integer_at(object, "level");
  if (kind < 0 || kind > static_cast<int>(BlockKind::caption) || level < 0 || level > 255) {
    return std::nullopt;
  }
  return Block{static_cast<BlockKind>(kind), static_cast<std::uint8_t>(level),
               text_at(object, "text")};
}

// A reader that has been taken over may answer what it likes: text comes of it, or nothing.
Result<FileText> text_of(const std::string& answer) {
  boost::system::error_code error;
  const json::value root = json::parse(answer, error);
  if (error || !root.is_object()) {
    return fail(ErrorCode::internal, "its reader's answer is not understood");
  }
  const json::object& object = root.get_object();
  if (const std::string message = text_at(object, "message"); !message.empty()) {
    const std::int64_t code = integer_at(object, "code");
    const bool known = code >= 0 && code <= static_cast<int>(ErrorCode::internal);
    return fail(known ? static_cast<ErrorCode>(code) : ErrorCode::internal, message);
  }
  FileText text;
  text.metadata.title = text_at(object, "title");
  text.metadata.author = text_at(object, "author");
  text.metadata.language = text_at(object, "language");
  text.metadata.published = text_at(object, "published");
  text.metadata.modified = text_at(object, "modified");
  for (const json::value& value : array_at(object, "blocks")) {
    if (auto block = block_of(value)) text.blocks.push_back(*std::move(block));
  }
  if (text.blocks.empty()) return fail(ErrorCode::unsupported, "there is no text in it");
  return text;
}

}  // namespace

Result<FileReader> FileReader::create(std::vector<config::SandboxMechanism> accepted) {
  // ICU's detector and converters open their data at first use, poppler its own.
  const auto page = fetcher::extract_html("<title>caf\xe9</title><p>\xe9t\xe9", "text/html", "");
  auto warm = fetcher::warm_pdf();
  if (!page || !warm) {
    return fail(ErrorCode::internal, "a page and a PDF of our own cannot be read");
  }
  return FileReader(std::move(accepted), std::move(warm));
}

FileReader::FileReader(FileReader&&) noexcept = default;

FileReader::~FileReader() {
  for (const Child& child : children_) {
    kill(child.pid, SIGKILL);
    waitpid(child.pid, nullptr, 0);
    close(child.answer);
  }
}

Status FileReader::start(std::string_view bytes, const std::string& name) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::io, std::string("a reader's pipe: ") + strerror(errno));
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent) run_child(ends[1], bytes, name);
    _exit(1);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return fail(ErrorCode::io, std::string("a reader cannot be started: ") + strerror(errno));
  }
  children_.push_back({pid, ends[0], Clock::now() + wall_time_max});
  return {};
}

void FileReader::run_child(int answer, std::string_view bytes, const std::string& name) const {
  const pid_t parent = getppid();
  // A terminal interrupts the whole group; the parent ends what it does not want to wait for.
  std::signal(SIGINT, SIG_IGN);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (int descriptor = 0; descriptor < 3; ++descriptor) dup2(null, descriptor);
  if (answer > 3) syscall(SYS_close_range, 3, answer - 1, 0);
  syscall(SYS_close_range, answer + 1, ~0U, 0);
  Status alone = give_up_rights(parent, accepted_);
  // Not `unsupported`: that is what a file is.
  write_all(answer,
            json::serialize(alone ? read(bytes, name)
                                  : error_json({ErrorCode::io, std::move(alone.error().message)})));
  _exit(0);
}

Result<FileText> FileReader::finish() {
  const Child child = children_.front();
  children_.pop_front();
  std::string answer;
  const Ended ended = read_answer(child.answer, child.deadline, answer);
  if (ended != Ended::with_answer) kill(child.pid, SIGKILL);
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  close(child.answer);
  if (ended == Ended::too_much) return fail(ErrorCode::too_large, "it holds too much text");
  if (ended == Ended::too_late) return fail(ErrorCode::timeout, "reading it takes too long");
  if (status != 0) return how_it_ended(status);
  return text_of(answer);
}

}  // namespace seekd::ctl
