#include "tests/simulator/sessions.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/simulator/events.h"
#include "tests/simulator/types.h"

namespace xapi_gateway::simulator {
namespace {

const User* FindUser(const World& world, const std::string& name,
                     const std::string& password) {
  for (const User& user : world.options.users) {
    if (user.name == name && user.password == password) return &user;
  }
  return nullptr;
}

std::string SubjectOf(const World& world, const std::string& user) {
  for (const auto& [ref, row] : world.db->table("subject").rows) {
    if (world.db->Get("subject", ref, "subject_identifier").text() == user) {
      return ref;
    }
  }
  return std::string(kNullRef);
}

// The lower-cased permissions a role grants, as the session record lists them.
Array Permissions(const Model& model, RoleMask role) {
  Array names;
  for (const Class& cls : model.classes()) {
    for (const Message& message : cls.messages) {
      if (message.roles & role) {
        names.push_back(absl::AsciiStrToLower(message.full_name));
      }
    }
  }
  return names;
}

std::string OpenSession(World& world, const User& user, bool root, bool pool,
                        const std::string& originator) {
  DateTime now{world.WireNow()};
  SessionState state;
  state.user = user.name;
  state.root = root;
  state.pool = pool;
  state.roles = root ? 0 : RoleBit(*world.model, user.role);
  std::string ref = world.Create(
      "session",
      {{"this_host", world.hosts[world.coordinator].ref},
       {"last_active", now},
       {"pool", pool},
       {"is_local_superuser", root},
       {"subject", root ? std::string(kNullRef) : SubjectOf(world, user.name)},
       {"validation_time", now},
       {"auth_user_sid", root ? "" : user.name},
       {"auth_user_name", user.name},
       {"rbac_permissions",
        root ? Array{} : Permissions(*world.model, state.roles)},
       {"originator", originator}});
  world.sessions[ref] = state;
  return ref;
}

bool IsPoolLogin(const Invocation& call) {
  return call.message->name == "slave_login";
}

// The group a session is counted in, and that group's limit.
std::pair<std::string, size_t> GroupOf(const Database& db,
                                       const std::string& ref,
                                       const SessionState& state) {
  std::string originator = db.Get("session", ref, "originator").text();
  bool rootish = state.user.empty() || state.user == "root";
  if (state.pool) return {"pool", kMaxPoolSessions};
  if (rootish && originator.empty())
    return {"anonymous", kMaxAnonymousSessions};
  if (rootish) return {"originator:" + originator, kMaxSessionsPerOriginator};
  return {"user:" + state.user, kMaxSessionsPerUser};
}

// A session with an unfinished task is in use, whatever its age.
bool IsBusy(const Database& db, const std::string& ref) {
  for (const std::string& task : ToTexts(db.Get("session", ref, "tasks"))) {
    if (db.Get("task", task, "status").text() == "pending") return true;
  }
  return false;
}

bool KeyMatches(const std::string& pattern, const std::string& key) {
  if (!absl::EndsWith(pattern, "*")) return pattern == key;
  return absl::StartsWith(key, pattern.substr(0, pattern.size() - 1));
}

}  // namespace

void Login(World& world, const Peer& peer, const Invocation& call, Done done) {
  const HostState& host = world.hosts[peer.host];
  bool pool = IsPoolLogin(call);
  if (host.role != HostState::Role::kCoordinator && !pool) {
    return done(
        Error{{"HOST_IS_SLAVE", world.hosts[host.coordinator].address}});
  }
  if (pool) {
    User member{"", "", ""};
    return done(Value(OpenSession(world, member, true, true, "")));
  }
  const User* user = FindUser(world, call.text(0), call.text(1));
  if (peer.trusted || user) {
    User root{call.text(0), "", ""};
    const User& who = peer.trusted || !user ? root : *user;
    return done(
        Value(OpenSession(world, who, who.role.empty(), false, call.text(3))));
  }
  Error refused{{"SESSION_AUTHENTICATION_FAILED", call.text(0),
                 "Authentication failure"}};
  world.After(world.options.login_failure_delay,
              [done, refused] { done(refused); });
}

Outcome LocalLogin(World& world, const Peer& peer, const Invocation& call) {
  bool by_secret = call.message->name == "slave_local_login";
  if (!by_secret && !peer.trusted &&
      !FindUser(world, call.text(0), call.text(1))) {
    return Error{{"SESSION_AUTHENTICATION_FAILED", call.text(0),
                  "Authentication failure"}};
  }
  std::string ref = world.ids.Ref();
  world.hosts[peer.host].local_sessions[ref] = by_secret ? "" : call.text(0);
  return Value(ref);
}

void EndSession(World& world, const std::string& session) {
  world.db->Destroy("session", session);
  world.sessions.erase(session);
  world.events->SessionEnded(session);
}

void ForgetSessions(World& world) {
  world.sessions.clear();
  world.events->Forget();
}

void CollectSessions(World& world) {
  struct Candidate {
    std::string last_active, ref;
  };
  std::string idle_before = ToWireTime(world.Now() - kSessionIdleLimit);
  std::map<std::pair<std::string, size_t>, std::vector<Candidate>> groups;
  std::vector<std::string> ended;
  for (const auto& [ref, state] : world.sessions) {
    std::string used = world.db->Get("session", ref, "last_active").text();
    if (used < idle_before && !IsBusy(*world.db, ref)) {
      ended.push_back(ref);
    } else {
      groups[GroupOf(*world.db, ref, state)].push_back({used, ref});
    }
  }
  for (auto& [group, members] : groups) {
    std::sort(members.begin(), members.end(),
              [](const Candidate& a, const Candidate& b) {
                return std::tie(a.last_active, a.ref) <
                       std::tie(b.last_active, b.ref);
              });
    size_t surplus =
        members.size() > group.second ? members.size() - group.second : 0;
    for (size_t i = 0; i < members.size() && surplus > 0; ++i) {
      if (IsBusy(*world.db, members[i].ref)) continue;
      ended.push_back(members[i].ref);
      --surplus;
    }
  }
  for (const std::string& ref : ended) EndSession(world, ref);
}

void TouchSession(World& world, const std::string& session) {
  std::string old_before = ToWireTime(world.Now() - kLastActiveGranularity);
  if (world.db->Get("session", session, "last_active").text() < old_before) {
    world.db->Set("session", session, "last_active", DateTime{world.WireNow()});
  }
}

RoleMask RoleBit(const Model& model, const std::string& role) {
  for (size_t i = 0; i < model.roles().size(); ++i) {
    if (model.roles()[i] == role) return 1u << i;
  }
  return 0;
}

std::string RoleText(const Model& model, RoleMask roles) {
  std::vector<std::string> names;
  for (size_t i = 0; i < model.roles().size(); ++i) {
    if (roles & (1u << i)) names.push_back(model.roles()[i]);
  }
  return absl::StrCat(
      "No permission in user session. (Roles with this permission: ",
      absl::StrJoin(names, ", "), ")");
}

Error CheckRole(const World& world, const Invocation& call) {
  if (call.root) return {};
  const Message& message = *call.message;
  RoleMask needed = message.roles;
  std::string permission = absl::AsciiStrToLower(message.full_name);
  for (const auto& [pattern, roles] : message.key_roles) {
    if (call.args.size() > 1 && KeyMatches(pattern, call.text(1))) {
      needed = roles;
      absl::StrAppend(&permission, "/key:", absl::AsciiStrToLower(pattern));
    }
  }
  if (needed & call.roles) return {};
  return Error{
      {"RBAC_PERMISSION_DENIED", permission, RoleText(*world.model, needed)}};
}

}  // namespace xapi_gateway::simulator
