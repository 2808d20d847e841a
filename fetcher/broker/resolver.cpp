#include "fetcher/broker/resolver.h"

#include <map>

#include <ares.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include "fetcher/broker/socket_address.h"

namespace seekd::fetcher {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using policy::EgressReason;

constexpr int tries = 2;

struct DestroyChannel {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, DestroyChannel>;

// Initialises the library on first use, and for good: the process has one resolver and ends with
// it.
Status init_library() {
  const int status = ares_library_init(ARES_LIB_INIT_ALL);
  if (status == ARES_SUCCESS) return {};
  return fail(ErrorCode::io, std::string("c-ares: ") + ares_strerror(status));
}

std::string joined(const std::vector<std::string>& servers) {
  std::string text;
  for (const std::string& server : servers) text += (text.empty() ? "" : ",") + server;
  return text;
}

Addresses addresses_of(const std::string& host, int status, const ares_addrinfo* result) {
  if (status == ARES_ETIMEOUT) {
    return std::unexpected(Refusal{EgressReason::resolve_timeout,
                                   fmt::format("no DNS server answered for {} in time", host)});
  }
  if (status != ARES_SUCCESS) {
    return std::unexpected(
        Refusal{EgressReason::resolve_failed, fmt::format("{}: {}", host, ares_strerror(status))});
  }
  std::vector<policy::IpAddress> addresses;
  for (const ares_addrinfo_node* node = result->nodes; node != nullptr; node = node->ai_next) {
    if (const auto address = address_of(node->ai_addr)) addresses.push_back(*address);
  }
  return addresses;
}

// The loopback names of RFC 6761 §6.3, which are never asked of a server. IPv4 alone, whatever
// /etc/hosts holds or lacks: a policy that opens the name has one address to name.
bool is_loopback_name(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

std::vector<policy::IpAddress> loopback_address() {
  return {{.bytes = {127, 0, 0, 1}}};
}

// One name; c-ares holds a share of it until its own callback has come, which may be after the
// timeout.
struct Query {
  Query(asio::io_context& io, std::string name, std::function<void(Addresses)> callback)
      : timer(io), host(std::move(name)), done(std::move(callback)) {}

  void finish(Addresses addresses) {
    timer.cancel();
    if (done) std::exchange(done, nullptr)(std::move(addresses));
  }

  asio::steady_timer timer;
  std::string host;
  std::function<void(Addresses)> done;
};

class AresResolver final : public Resolver {
 public:
  AresResolver(asio::io_context& io, std::chrono::milliseconds timeout)
      : io_(io), timer_(io), timeout_(timeout) {}

  Status init(const std::vector<std::string>& servers) {
    ares_options options{};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    options.timeout = static_cast<int>(timeout_.count() / tries);
    options.tries = tries;
    options.ndomains = 0;
    options.lookups = servers.empty() ? files_and_dns_ : dns_only_;
    options.sock_state_cb = on_socket_state;
    options.sock_state_cb_data = this;
    ares_channel channel = nullptr;
    const int status =
        ares_init_options(&channel, &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_DOMAINS |
                              ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) {
      return fail(ErrorCode::io,
                  std::string("the resolver's configuration: ") + ares_strerror(status));
    }
    channel_.reset(channel);
    const std::string list = joined(servers);
    if (!list.empty() && ares_set_servers_ports_csv(channel, list.c_str()) != ARES_SUCCESS) {
      return fail(
          ErrorCode::invalid_argument,
          fmt::format("fetcher.dns_servers: '{}' is not a list of \"ADDR\" or \"ADDR:PORT\" "
                      "(an IPv6 address with a port in brackets)",
                      list));
    }
    return {};
  }

  void resolve(const std::string& host, std::function<void(Addresses)> done) override {
    if (is_loopback_name(host)) {
      asio::post(io_, [done = std::move(done)] { done(loopback_address()); });
      return;
    }
    auto query = std::make_shared<Query>(io_, host, std::move(done));
    query->timer.expires_after(timeout_);
    query->timer.async_wait([query](error_code error) {
      if (!error) query->finish(addresses_of(query->host, ARES_ETIMEOUT, nullptr));
    });
    // Posted: c-ares may answer inside its call, from /etc/hosts or with an error.
    asio::post(io_, [this, query] {
      ares_addrinfo_hints hints{};
      hints.ai_family = AF_UNSPEC;
      hints.ai_flags = ARES_AI_NOSORT;  // sorting would connect UDP sockets to addresses not judged
      ares_getaddrinfo(channel_.get(), query->host.c_str(), nullptr, &hints, on_result,
                       new std::shared_ptr<Query>(query));
      restart_timer();
    });
  }

  std::vector<std::uint16_t> server_ports() const override {
    std::vector<std::uint16_t> ports;
    ares_addr_port_node* servers = nullptr;
    if (ares_get_servers_ports(channel_.get(), &servers) != ARES_SUCCESS) return ports;
    for (const auto* server = servers; server != nullptr; server = server->next) {
      ports.push_back(server->tcp_port != 0 ? static_cast<std::uint16_t>(server->tcp_port)
                                            : std::uint16_t{53});
    }
    ares_free_data(servers);
    return ports;
  }

 private:
  // What c-ares waits for on one of its sockets, which stay its own.
  struct Watch {
    Watch(asio::io_context& io, int fd) : descriptor(io, fd) {}
    ~Watch() {
      if (descriptor.is_open()) descriptor.release();
    }
    asio::posix::stream_descriptor descriptor;
    bool readable = false, writable = false;
  };

  static void on_result(void* context, int status, int, ares_addrinfo* result) {
    const std::unique_ptr<std::shared_ptr<Query>> query(
        static_cast<std::shared_ptr<Query>*>(context));
    const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(result,
                                                                             ares_freeaddrinfo);
    (*query)->finish(addresses_of((*query)->host, status, result));
  }

  static void on_socket_state(void* context, ares_socket_t fd, int readable, int writable) {
    static_cast<AresResolver*>(context)->watch(fd, readable != 0, writable != 0);
  }

  void watch(int fd, bool readable, bool writable) {
    if (!readable && !writable) {
      // At once, though a handler may still hold it: c-ares closes the socket now, and may get its
      // number again.
      if (const auto ended = watches_.extract(fd)) ended.mapped()->descriptor.release();
      return;
    }
    auto& watch = watches_[fd];
    if (!watch) watch = std::make_shared<Watch>(io_, fd);
    const bool read_begins = readable && !watch->readable;
    const bool write_begins = writable && !watch->writable;
    watch->readable = readable;
    watch->writable = writable;
    if (read_begins) wait(watch, asio::posix::stream_descriptor::wait_read);
    if (write_begins) wait(watch, asio::posix::stream_descriptor::wait_write);
  }

  void wait(const std::shared_ptr<Watch>& watch,
            asio::posix::stream_descriptor::wait_type direction) {
    watch->descriptor.async_wait(direction, [this, weak = std::weak_ptr(watch),
                                             direction](error_code error) {
      const auto watch = weak.lock();
      if (error || !watch) return;
      const bool reads = direction == asio::posix::stream_descriptor::wait_read;
      const int fd = watch->descriptor.native_handle();
      ares_process_fd(channel_.get(), reads ? fd : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : fd);
      restart_timer();
      const auto found = watches_.find(fd);
      if (found == watches_.end() || found->second != watch) return;
      if (reads ? watch->readable : watch->writable) wait(watch, direction);
    });
  }

  // c-ares sends again, and gives up, when it is told that time has passed.
  void restart_timer() {
    timeval next{};
    if (ares_timeout(channel_.get(), nullptr, &next) == nullptr) {
      timer_.cancel();
      return;
    }
    timer_.expires_after(std::chrono::seconds(next.tv_sec) +
                         std::chrono::microseconds(next.tv_usec));
    timer_.async_wait([this](error_code error) {
      if (error) return;
      ares_process_fd(channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
      restart_timer();
    });
  }

  asio::io_context& io_;
  asio::steady_timer timer_;
  std::chrono::milliseconds timeout_;
  std::map<int, std::shared_ptr<Watch>> watches_;
  char files_and_dns_[3] = "fb";
  char dns_only_[2] = "b";
  Channel channel_;  // last: its end calls back into the members above
};

}  // namespace

Result<std::unique_ptr<Resolver>> Resolver::create(asio::io_context& io,
                                                   const std::vector<std::string>& servers,
                                                   std::chrono::milliseconds timeout) {
  if (auto initialised = init_library(); !initialised) {
    return std::unexpected(initialised.error());
  }
  auto resolver = std::make_unique<AresResolver>(io, timeout);
  if (auto begun = resolver->init(servers); !begun) return std::unexpected(begun.error());
  return resolver;
}

}  // namespace seekd::fetcher
