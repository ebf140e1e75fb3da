using System.Text.Json;
using Nullius.Policy.Replay.Entra;

namespace Nullius.Cli.Policies;

/// <summary>Who is in which groups and roles: an array of people, or one a line, as <c>nullius user list</c> prints them or written by hand.</summary>
internal static class PeopleFile
{
    private static readonly string[] s_names = ["id", "name", "userName", "userPrincipalName", "mail"];

    /// <exception cref="CommandException">It cannot be read, or is none.</exception>
    internal static Dictionary<string, Memberships> Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path).Trim();
            var people = new Dictionary<string, Memberships>(StringComparer.OrdinalIgnoreCase);
            foreach (var person in text.StartsWith('[') ? JsonElement.Parse(text).EnumerateArray().ToList() : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))])
                Add(person, people);
            return people;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path}: cannot be read: {fault.Message.ReplaceLineEndings(" ")}", ExitCode.Usage, fault);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw new CommandException($"{path}: is no list of people, expected `[{{\"id\":…,\"name\":…,\"groups\":[…],\"roles\":[…]}}]`", ExitCode.Usage, fault);
        }
    }

    private static void Add(JsonElement person, Dictionary<string, Memberships> people)
    {
        var memberships = new Memberships(Texts(person, "groups"), Texts(person, "roles"));
        foreach (var name in s_names)
        {
            if (person.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                people[value.GetString()!] = memberships;
        }
    }

    private static List<string> Texts(JsonElement person, string name) =>
        person.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(g => g.ValueKind == JsonValueKind.String ? g.GetString()! : g.GetProperty("id").GetString()!)] : [];
}
