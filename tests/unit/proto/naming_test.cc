#include "proto/generator/naming.h"

#include <gtest/gtest.h>

namespace xapi_gateway::protogen {
namespace {

TEST(NamingTest, MakesAbbreviationsOneWord) {
  struct Case {
    const char* name;
    const char* snake;
    const char* camel;
  };
  const Case kCases[] = {
      {"VM", "vm", "Vm"},
      {"VM_guest_metrics", "vm_guest_metrics", "VmGuestMetrics"},
      {"get_VIFs", "get_vifs", "GetVifs"},
      {"PV_args", "pv_args", "PvArgs"},
      {"vdi_nbd_server_info", "vdi_nbd_server_info", "VdiNbdServerInfo"},
      {"IPv6", "ipv6", "Ipv6"},
      {"get_IPv6", "get_ipv6", "GetIpv6"},
      {"vM", "vm", "Vm"},
      {"restartHVM", "restart_hvm", "RestartHvm"},
      {"balance-slb", "balance_slb", "BalanceSlb"},
      {"VCPUs_CPU", "vcpus_cpu", "VcpusCpu"},
      {"x509", "x509", "X509"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(SnakeName(c.name), c.snake);
    EXPECT_EQ(CamelName(c.name), c.camel);
  }
}

TEST(NamingTest, PrefixesEnumValues) {
  struct Case {
    const char* enumeration;
    const char* value;
    const char* name;
  };
  const Case kCases[] = {
      {"vm_power_state", "Halted", "VM_POWER_STATE_HALTED"},
      {"bond_mode", "active-backup", "BOND_MODE_ACTIVE_BACKUP"},
      {"primary_address_type", "IPv4", "PRIMARY_ADDRESS_TYPE_IPV4"},
      {"vm_operations", "changing_VCPUs", "VM_OPERATIONS_CHANGING_VCPUS"},
      {"cls", "VMPP", "MESSAGE_CLASS_VMPP"},
      {"domain_type", "unspecified", "DOMAIN_TYPE_UNSPECIFIED_VALUE"},
      {"tristate_type", "unspecified", "TRISTATE_TYPE_UNSPECIFIED_VALUE"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(EnumValueName(c.enumeration, c.value), c.name);
    EXPECT_NE(EnumValueName(c.enumeration, c.value),
              EnumZeroName(c.enumeration));
  }
}

TEST(NamingTest, RenamesEnumsThatSayTooLittle) {
  EXPECT_EQ(EnumName("vm_power_state"), "VmPowerState");
  EXPECT_EQ(EnumName("cls"), "MessageClass");
  EXPECT_EQ(EnumName("origin"), "RepositoryOrigin");
}

}  // namespace
}  // namespace xapi_gateway::protogen
