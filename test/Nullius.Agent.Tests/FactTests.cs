using Nullius.Agent.Facts;
using Nullius.Agent.Facts.Patches;
using Nullius.Agent.Facts.ScreenLocks;
using Xunit;

namespace Nullius.Agent.Tests;

public sealed class FactTests : IDisposable
{
    private readonly FakeHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void The_operating_system_is_read_from_os_release_without_quotes_or_control_characters()
    {
        _host.File("/etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\u0007\"\nVERSION_ID='12'\n").File("/proc/sys/kernel/osrelease", "6.1.0\n");
        var os = OperatingSystemFacts.Of(_host.View);
        Assert.Equal(("debian", "Debian GNU/Linux 12", "12", "6.1.0"), (os.Id, os.Name, os.Version, os.Kernel));
    }

    [Fact]
    public void A_bare_host_gives_only_unknown_and_never_yes()
    {
        var posture = Posture.Collect(_host.View, []);
        Assert.All(posture.Named(), fact => Assert.Equal(FactState.Unknown, fact.Fact.State));
        Assert.Equal("linux", posture.Os.Id);
    }

    [Fact]
    public void A_pending_security_update_means_not_patched_and_is_named()
    {
        _host.Program("apt-get -s", "Inst bash [5.1] (5.2 Debian:12/stable [amd64])\nInst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])\nConf openssl\n");
        var fact = PatchFact.Of(_host.View);
        Assert.Equal(FactState.No, fact.State);
        Assert.Contains("1 security updates pending: openssl", fact.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "Yes")]
    [InlineData(8, "Unknown")]
    public void Without_pending_updates_fresh_lists_mean_patched_and_old_ones_nothing(int days, string expected)
    {
        _host.Program("apt-get -s", "0 upgraded\n")
            .File("/var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_InRelease", written: FakeHost.Now.AddDays(-days));
        Assert.Equal(expected, PatchFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void Without_lists_of_security_updates_no_pending_update_means_nothing()
    {
        _host.Program("apt-get -s", "0 upgraded\n");
        Assert.Equal(FactState.Unknown, PatchFact.Of(_host.View).State);
    }

    [Fact]
    public void An_update_that_waits_for_a_reboot_is_not_in_force()
    {
        _host.Program("apt-get -s", "0 upgraded\n").File("/run/reboot-required");
        Assert.Equal(FactState.No, PatchFact.Of(_host.View).State);
    }

    [Fact]
    public void Root_on_dm_crypt_is_encrypted()
    {
        _host.File("/proc/mounts", "/dev/mapper/vda2_crypt / ext4 rw 0 0\n")
            .File("/sys/block/dm-0/dm/name", "vda2_crypt\n").File("/sys/block/dm-0/dm/uuid", "CRYPT-LUKS2-abc-vda2_crypt\n").Folder("/sys/block/dm-0/slaves/vda2");
        var fact = DiskEncryptionFact.Of(_host.View);
        Assert.Equal(FactState.Yes, fact.State);
        Assert.Contains("CRYPT-LUKS2", fact.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_on_lvm_above_dm_crypt_is_encrypted()
    {
        _host.File("/proc/mounts", "/dev/mapper/vg-root / ext4 rw 0 0\n")
            .File("/sys/block/dm-1/dm/name", "vg-root\n").File("/sys/block/dm-1/dm/uuid", "LVM-xyz\n").Folder("/sys/block/dm-1/slaves/dm-0")
            .File("/sys/block/dm-0/dm/uuid", "CRYPT-LUKS1-abc\n").Folder("/sys/block/dm-0/slaves/sda3");
        Assert.Equal(FactState.Yes, DiskEncryptionFact.Of(_host.View).State);
    }

    [Fact]
    public void A_mirror_of_one_encrypted_and_one_plain_disk_is_not_encrypted()
    {
        _host.File("/proc/mounts", "/dev/md0 / ext4 rw 0 0\n").Folder("/sys/block/md0/slaves/dm-0").Folder("/sys/block/md0/slaves/sdb1")
            .File("/sys/block/dm-0/dm/uuid", "CRYPT-LUKS2-abc\n");
        Assert.Equal(FactState.No, DiskEncryptionFact.Of(_host.View).State);
    }

    [Fact]
    public void Root_on_a_plain_partition_is_not_encrypted()
    {
        _host.File("/proc/mounts", "proc /proc proc rw 0 0\n/dev/vda1 / ext4 rw 0 0\n").Folder("/sys/block/vda/vda1");
        Assert.Equal(FactState.No, DiskEncryptionFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData("overlay / overlay rw 0 0\n")]
    [InlineData("/dev/root / ext4 rw 0 0\n")]
    [InlineData("/dev/mapper/gone / ext4 rw 0 0\n")]
    [InlineData("proc /proc proc rw 0 0\n")]
    public void A_root_whose_device_cannot_be_followed_is_unknown(string mounts)
    {
        _host.File("/proc/mounts", mounts).Folder("/sys/block/vda");
        Assert.Equal(FactState.Unknown, DiskEncryptionFact.Of(_host.View).State);
    }

    [Theory]
    [InlineData("table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}", "Yes")]
    [InlineData("table inet f {\n\tchain i {\n\t\ttype filter hook input priority 0; policy accept;\n\t\ttcp dport 22 accept\n\t\tcounter drop\n\t}\n}", "Yes")]
    [InlineData("table inet f {\n\tchain o {\n\t\ttype filter hook output priority 0; policy drop;\n\t}\n\tchain i {\n\t\ttype filter hook input priority 0; policy accept;\n\t}\n}", "No")]
    [InlineData("", "No")]
    public void Nftables_counts_when_it_drops_on_the_input_hook(string ruleset, string expected)
    {
        _host.Program("nft list ruleset", ruleset);
        Assert.Equal(expected, FirewallFact.Of(_host.View).State.ToString());
    }

    [Theory]
    [InlineData("-P INPUT DROP\n", "Yes")]
    [InlineData("-P INPUT ACCEPT\n-A INPUT -p tcp -j REJECT\n", "Yes")]
    [InlineData("-P INPUT ACCEPT\n-P FORWARD DROP\n", "No")]
    public void Iptables_counts_when_it_drops_incoming_packets(string rules, string expected)
    {
        _host.Program("iptables -S", rules);
        Assert.Equal(expected, FirewallFact.Of(_host.View).State.ToString());
    }

    [Fact]
    public void Rules_that_only_root_may_read_are_unknown_unless_ufw_says_it_is_on()
    {
        _host.Program("nft list ruleset", "", 1).Program("iptables -S", "", 4);
        Assert.Equal(FactState.Unknown, FirewallFact.Of(_host.View).State);
        _host.File("/etc/ufw/ufw.conf", "# c\nENABLED=yes\n");
        Assert.Equal(FactState.Yes, FirewallFact.Of(_host.View).State);
    }

    [Fact]
    public void An_enabled_ufw_without_an_active_rule_is_no_firewall()
    {
        _host.Program("nft list ruleset", "").File("/etc/ufw/ufw.conf", "ENABLED=yes\n");
        Assert.Equal(FactState.No, FirewallFact.Of(_host.View).State);
    }

    [Fact]
    public void A_host_without_a_desktop_has_no_screen_lock_to_judge()
    {
        _host.Program("gsettings get", "true\n");
        Assert.Equal(FactState.Unknown, ScreenLockFact.Of(_host.View).State);
    }

    [Fact]
    public void A_known_protection_among_the_processes_is_found()
    {
        _host.File("/proc/1/comm", "systemd\n").File("/proc/77/comm", "clamd\n").Folder("/proc/sys");
        var fact = EndpointProtectionFact.Of(_host.View, []);
        Assert.Equal((FactState.Yes, "ClamAV runs (process 77, `clamd`)"), (fact.State, fact.Evidence));
    }

    [Fact]
    public void A_protection_of_ones_own_can_be_named_and_otherwise_there_is_none()
    {
        _host.File("/proc/1/comm", "our-very-long-p\n");
        Assert.Equal(FactState.No, EndpointProtectionFact.Of(_host.View, []).State);
        Assert.Equal(FactState.Yes, EndpointProtectionFact.Of(_host.View, ["our-very-long-protector"]).State);
    }
}
