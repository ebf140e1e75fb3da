using System.Text.Json;

namespace Nullius.EndToEnd.Clients;

/// <summary>A platform whose one required fact is a running process: a real agent can then be made compliant, or not, on any machine.</summary>
public sealed class DevicePlatform : RunningPlatform
{
    /// <summary>What makes the required fact true: this test is a process of that name.</summary>
    internal static string[] Protected { get; } = ["--protection", "dotnet"];

    internal static string OneFact(string yaml) =>
        yaml.Replace("required: [osPatched, diskEncryption, firewall, screenLock]", "required: [endpointProtection]", StringComparison.Ordinal);

    protected override string Configure(string yaml) => OneFact(yaml);
}

/// <summary>What the owner of an instance and a person do with devices.</summary>
internal static class DeviceSteps
{
    /// <summary>Enrols this machine with the real agent; gives back the device's id.</summary>
    public static async Task<string> EnrolAsync(this RunningPlatform platform, string person, string folder)
    {
        var code = await platform.CodeAsync(person);
        var enrolled = await platform.AgentAsync("enroll", "--server", platform.Devices, "--ca", platform.Roots, "--code", code, "--name", "laptop-" + person, "--dir", folder);
        Assert.True(enrolled.Code == 0, enrolled.Error);
        using var identity = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "agent.json")));
        return identity.RootElement.GetProperty("deviceId").GetString()!;
    }

    public static async Task<string> CodeAsync(this RunningPlatform platform, string person)
    {
        var code = await platform.NulliusAsync("device", "enrol", person, "--data", platform.Data, "--format", "json");
        Assert.True(code.Code == 0, code.Error);
        using var json = JsonDocument.Parse(code.Out);
        return json.RootElement.GetProperty("code").GetString()!;
    }

    /// <summary>State of a device in the inventory, and when it last reported.</summary>
    public static async Task<(string State, string? ReportedAt)> StateAsync(this RunningPlatform platform, string device)
    {
        var list = await platform.NulliusAsync("device", "list", "--data", platform.Data, "--format", "json");
        Assert.True(list.Code == 0, list.Error);
        using var json = JsonDocument.Parse(list.Out);
        var one = json.RootElement.EnumerateArray().Single(row => row.GetProperty("id").GetString() == device);
        return (one.GetProperty("state").GetString()!, one.GetProperty("reportedAt").GetString());
    }

    /// <summary>Folder of an agent under the platform's own.</summary>
    public static string Folder(this RunningPlatform platform, string name) => Path.Combine(platform.Home, name);
}
