using Nullius.Agent.Host;

namespace Nullius.Agent.Facts;

/// <summary>Whether the file system at <c>/</c> lies on dm-crypt, through whatever LVM or RAID is between.</summary>
internal static class DiskEncryptionFact
{
    private const int MostLayers = 8;

    public static Fact Of(HostView host)
    {
        var mounts = (host.Read("/proc/mounts") ?? "").Split('\n').Select(line => line.Split(' ')).Where(parts => parts.Length > 2 && parts[1] == "/").ToList();
        if (mounts.Count == 0)
            return Fact.Unknown("/proc/mounts does not name the root file system");

        // The last mount at a place is the one that is seen.
        var (source, type) = (mounts[^1][0], mounts[^1][2]);
        if (!source.StartsWith("/dev/", StringComparison.Ordinal))
            return Fact.Unknown($"/ is `{source}` ({type}), which is no block device");
        if (source == "/dev/root")
            return Fact.Unknown("/ is `/dev/root`, which does not name its device");
        if (BlockName(host, source) is not { } block)
            return Fact.Unknown($"`{source}` is not found in /sys/block");
        return IsEncrypted(host, block, MostLayers) switch
        {
            true => Fact.Yes($"/ is `{source}` on dm-crypt ({Describe(host, block)})"),
            false => Fact.No($"/ is `{source}`, not on dm-crypt"),
            null => Fact.Unknown($"what `{source}` lies on cannot be read"),
        };
    }

    // /dev/mapper/vg-root, /dev/dm-0, /dev/md0, /dev/sda2, /dev/nvme0n1p2
    private static string? BlockName(HostView host, string source)
    {
        var name = source["/dev/".Length..];
        var blocks = host.List("/sys/block") ?? [];
        if (name.StartsWith("mapper/", StringComparison.Ordinal))
            return blocks.FirstOrDefault(block => host.Read($"/sys/block/{block}/dm/name")?.Trim() == name["mapper/".Length..]);
        if (blocks.Contains(name, StringComparer.Ordinal))
            return name;
        return blocks.Where(block => host.Exists($"/sys/block/{block}/{name}")).Select(block => $"{block}/{name}").FirstOrDefault();
    }

    /// <summary>Null when a layer cannot be read. A set of disks is encrypted only when each one is.</summary>
    private static bool? IsEncrypted(HostView host, string block, int layers)
    {
        if (layers == 0)
            return null;
        if (host.Read($"/sys/block/{block}/dm/uuid")?.StartsWith("CRYPT-", StringComparison.Ordinal) == true)
            return true;
        var below = host.List($"/sys/block/{block}/slaves") ?? [];
        if (below.Count == 0)
            return block.StartsWith("dm-", StringComparison.Ordinal) ? null : false;
        var answers = below.Select(slave => IsEncrypted(host, slave, layers - 1)).ToList();
        return answers.Contains(false) ? false : answers.Contains(null) ? null : true;
    }

    private static string Describe(HostView host, string block)
    {
        var uuid = host.Read($"/sys/block/{block}/dm/uuid")?.Trim() ?? "";
        return uuid.StartsWith("CRYPT-", StringComparison.Ordinal) ? string.Join('-', uuid.Split('-').Take(2)) : "below LVM or RAID";
    }
}
