// Marks on the mirror that the model does not ask for.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proto/embedded_descriptors.h"
#include "tests/golden/proto/descriptors.h"
#include "xenapi/v1/annotations.pb.h"

namespace xapi_gateway::protogen {
namespace {

namespace pb = google::protobuf;
namespace api = xenapi::v1;

class MarksTest : public testing::Test {
 protected:
  bool IsSecret(const std::string& method) {
    const auto rpc = mirror_.rpcs().find(method);
    EXPECT_NE(rpc, mirror_.rpcs().end()) << method;
    return rpc != mirror_.rpcs().end() &&
           rpc->second->options().GetExtension(api::rpc).secret();
  }

  const Descriptors mirror_{DescriptorSet()};
};

TEST_F(MarksTest, EnumsHaveAZeroThatIsNoValueOfTheModel) {
  std::set<const pb::EnumDescriptor*> enums;
  for (const auto& [name, record] : mirror_.records()) {
    for (int i = 0; i < record->field_count(); ++i) {
      if (record->field(i)->enum_type() != nullptr) {
        enums.insert(record->field(i)->enum_type());
      }
    }
  }
  EXPECT_GT(enums.size(), 40u);
  for (const pb::EnumDescriptor* e : enums) {
    EXPECT_TRUE(
        absl::EndsWith(std::string(e->value(0)->name()), "_UNSPECIFIED"));
    EXPECT_EQ(e->value(0)->number(), 0);
    EXPECT_EQ(e->value(0)->options().GetExtension(api::text), "");
    for (int i = 1; i < e->value_count(); ++i) {
      EXPECT_NE(e->value(i)->options().GetExtension(api::text), "");
    }
  }
}

TEST_F(MarksTest, RepetitionIsDeclared) {
  struct Case {
    const char* method;
    pb::MethodOptions::IdempotencyLevel level;
  };
  const Case kCases[] = {
      {"VM.get_all_records", pb::MethodOptions::NO_SIDE_EFFECTS},
      {"VM.get_power_state", pb::MethodOptions::NO_SIDE_EFFECTS},
      {"VM.assert_can_boot_here", pb::MethodOptions::NO_SIDE_EFFECTS},
      {"VM.set_name_label", pb::MethodOptions::IDEMPOTENT},
      {"VM.remove_from_xenstore_data", pb::MethodOptions::IDEMPOTENT},
      {"SR.scan", pb::MethodOptions::IDEMPOTENT},
      {"Async.SR.scan", pb::MethodOptions::IDEMPOTENT},
      {"Async.host.get_log", pb::MethodOptions::IDEMPOTENT},
      {"VM.add_to_xenstore_data", pb::MethodOptions::IDEMPOTENCY_UNKNOWN},
      {"VM.create", pb::MethodOptions::IDEMPOTENCY_UNKNOWN},
      {"VM.destroy", pb::MethodOptions::IDEMPOTENCY_UNKNOWN},
      {"VM.start", pb::MethodOptions::IDEMPOTENCY_UNKNOWN},
      {"VM.set_bios_strings", pb::MethodOptions::IDEMPOTENCY_UNKNOWN},
  };
  for (const Case& c : kCases) {
    ASSERT_EQ(mirror_.rpcs().count(c.method), 1u) << c.method;
    EXPECT_EQ(mirror_.rpcs().at(c.method)->options().idempotency_level(),
              c.level)
        << c.method;
  }
}

TEST_F(MarksTest, CredentialsAreSecret) {
  for (const char* method :
       {"session.login_with_password", "session.change_password",
        "session.get_uuid", "session.get_by_uuid", "session.get_record",
        "secret.get_value", "secret.set_value", "secret.create",
        "secret.get_all_records", "VDI.get_nbd_info", "host.migrate_receive"}) {
    EXPECT_TRUE(IsSecret(method)) << method;
  }
  for (const char* field :
       {"Secret.value", "Session.parent", "PoolJoinRequest.master_password",
        "VmSysprepRequest.unattend", "VmRecoverRequest.session_to",
        "VmMigrateSendRequest.dest", "Cluster.cluster_token"}) {
    const pb::FieldDescriptor* found =
        mirror_.pool().FindFieldByName(absl::StrCat("xenapi.v1.", field));
    ASSERT_NE(found, nullptr) << field;
    EXPECT_TRUE(found->options().GetExtension(api::secret)) << field;
  }
  EXPECT_FALSE(IsSecret("VM.get_record"));
}

}  // namespace
}  // namespace xapi_gateway::protogen
