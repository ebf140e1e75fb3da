using System.Text.Json;

namespace Nullius.EndToEnd.Clients;

/// <summary>A platform whose one required fact is a running process: a real agent can then be made compliant, or not, on any machine.</summary>
public sealed class DevicePlatform : RunningPlatform
{
    protected override string Configure(string yaml) =>
        yaml.Replace("required: [osPatched, diskEncryption, firewall, screenLock]", "required: [endpointProtection]", StringComparison.Ordinal);

    /// <summary>Enrols this machine with the real agent, as the owner and a person do together; gives back the device's id.</summary>
    internal async Task<string> EnrolAsync(string person, string folder)
    {
        var code = await CodeAsync(person);
        var enrolled = await AgentAsync("enroll", "--server", Devices, "--ca", Roots, "--code", code, "--name", "laptop-" + person, "--dir", folder);
        Assert.True(enrolled.Code == 0, enrolled.Error);
        using var identity = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "agent.json")));
        return identity.RootElement.GetProperty("deviceId").GetString()!;
    }

    internal async Task<string> CodeAsync(string person)
    {
        var code = await NulliusAsync("device", "enrol", person, "--data", Data, "--format", "json");
        Assert.True(code.Code == 0, code.Error);
        using var json = JsonDocument.Parse(code.Out);
        return json.RootElement.GetProperty("code").GetString()!;
    }

    /// <summary>State of a device in the inventory, and whether it has reported.</summary>
    internal async Task<(string State, string? ReportedAt)> StateAsync(string device)
    {
        var list = await NulliusAsync("device", "list", "--data", Data, "--format", "json");
        Assert.True(list.Code == 0, list.Error);
        using var json = JsonDocument.Parse(list.Out);
        var one = json.RootElement.EnumerateArray().Single(row => row.GetProperty("id").GetString() == device);
        return (one.GetProperty("state").GetString()!, one.GetProperty("reportedAt").GetString());
    }

    /// <summary>Folder of an agent under this platform's own.</summary>
    internal string Folder(string name) => Path.Combine(Home, name);

    /// <summary>What makes the required fact true: this test is a process of that name.</summary>
    internal static string[] Protected { get; } = ["--protection", "dotnet"];
}
