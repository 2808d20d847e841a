// seekctl mcp: seekd's tools for assistants that start programs, by the Model Context Protocol over
// standard input and output.

#include <iostream>
#include <memory>
#include <string>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/mcp_bridge.h"
#include "ctl/terminal.h"

namespace seekd::ctl {
namespace {

Status serve(const DaemonOptions& options) {
  Result<DaemonConnection> seekd = options.connection();
  if (!seekd) return std::unexpected(seekd.error());
  McpBridge bridge(
      *std::move(seekd), [](std::string_view line) { std::cout << line << '\n'
                                                               << std::flush; },
      [](const Error& error) { refuse(error); });
  // Reading would flush what another thread is just writing.
  std::cin.tie(nullptr);
  std::string line;
  while (read_line(std::cin, McpBridge::line_bytes_max, line)) bridge.take(line);
  bridge.finish();
  return check_read(std::cin, "standard input");
}

}  // namespace

void add_mcp(CLI::App& app, ExitStatus& status) {
  const auto options = std::make_shared<DaemonOptions>();
  CLI::App* command = app.add_subcommand(
      "mcp", "seekd's tools for an assistant, by the Model Context Protocol on standard input");
  command->footer(
      "An assistant starts it, writes a message of JSON-RPC a line, and reads as many as come; it "
      "ends with its input. What has no request to answer goes to standard error.\n"
      "Example:\n  {\"mcpServers\": {\"seekd\": {\"command\": \"seekctl\", \"args\": [\"mcp\"]}}}\n"
      "  seekctl mcp --server https://seekd.example.org:8017 --key-file ~/.config/seekd/key");
  options->add_to(*command);
  command->callback([options, &status] {
    if (const Status done = serve(*options); !done) status = refuse(done.error());
  });
}

}  // namespace seekd::ctl
