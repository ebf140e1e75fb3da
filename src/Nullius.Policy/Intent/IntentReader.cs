using System.Net;
using Nullius.Policy.Capabilities;
using Nullius.Policy.Conditions;
using Nullius.Policy.Dialects.Gcp.Principals;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Intent;

/// <summary>Reads an intent strictly: unknown members and wrong values are errors with their line.</summary>
internal sealed class IntentReader(DiagnosticSink sink)
{
    private const int MaxBytes = 1024 * 1024;
    private const int MaxAddresses = 64;

    internal static AccessIntent? Read(ReadOnlySpan<byte> text, string source, ICollection<PolicyDiagnostic> diagnostics)
    {
        var sink = new DiagnosticSink(source, diagnostics);
        if (text.Length > MaxBytes)
        {
            sink.Error(0, "too-large", $"the intent has {text.Length} bytes, expected at most {MaxBytes}");
            return null;
        }
        var root = LocatedJsonReader.Read(text, sink);
        return root is null || sink.HasErrors ? null : new IntentReader(sink).Intent(root);
    }

    private AccessIntent? Intent(LocatedValue root)
    {
        if (!Known(root, "the intent", "intent", "who", "may", "on", "when", "binds", "gcp"))
            return null;
        var who = Object(root, "who", true, "aws", "entra", "gcp");
        var on = Object(root, "on", true, "aws", "azure", "gcp");
        var gcp = Object(root, "gcp", false, "project", "accessPolicy");
        var resource = Text(on, "gcp");
        var intent = new AccessIntent(
            Name(root), Principals(who, "aws", IsArn, "an ARN of a user or role"), Principals(who, "entra", _ => true, ""),
            Principals(who, "gcp", m => GcpMemberParser.ParseAllow(m, out _) is not null, "a member such as `user:alice@example.com`"),
            Capabilities(root), Principals(on, "aws", a => a == "*" || IsArn(a), "an ARN"), Scope(on), resource,
            Text(gcp, "project") ?? ProjectOf(resource) ?? "PROJECT", Text(gcp, "accessPolicy") ?? "0", Conditions(Object(root, "when", false, "mfa", "device", "addresses", "from", "until", "countries", "regions")),
            Choice(root, "binds", "everybody", "callers") == "everybody");
        if (!sink.HasErrors && intent.Dialects.Count == 0)
            sink.Error(root.Line, "missing-field", "no cloud has both callers under `who` and a resource under `on`");
        return sink.HasErrors ? null : intent;
    }

    private static bool IsArn(string text) => text.StartsWith("arn:", StringComparison.Ordinal) && text.Split(':').Length >= 6;

    private static string? ProjectOf(string? resource)
    {
        var at = resource?.IndexOf("projects/", StringComparison.Ordinal) ?? -1;
        var project = at < 0 ? null : resource![(at + "projects/".Length)..].Split('/')[0];
        return project is "_" or "" ? null : project;
    }

    private string Name(LocatedValue root)
    {
        var name = Text(root, "intent") ?? "";
        if (name.Length is 0 or > 60 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            sink.Error(root.Find("intent") ?? root, "bad-value", $"`intent` is `{PolicyDiagnostic.Quote(name)}`, expected a name of letters, digits and hyphens");
        return name;
    }

    private string? Scope(LocatedValue? on)
    {
        var scope = Text(on, "azure")?.TrimEnd('/');
        if (scope is not null && !scope.StartsWith("/subscriptions/", StringComparison.OrdinalIgnoreCase))
            sink.Error(on!.Find("azure")!, "bad-value", $"`azure` is `{PolicyDiagnostic.Quote(scope)}`, expected the id of a resource, resource group or subscription: `/subscriptions/…`");
        return scope;
    }

    private List<string> Principals(LocatedValue? parent, string name, Func<string, bool> isValid, string expected)
    {
        var texts = Texts(parent, name);
        foreach (var text in texts.Where(t => !isValid(t)))
            sink.Error(parent!.Find(name)!, "bad-value", $"`{PolicyDiagnostic.Quote(text)}` under `{name}` is wrong, expected {expected}");
        return texts;
    }

    private List<Capability> Capabilities(LocatedValue root)
    {
        var found = new List<Capability>();
        foreach (var name in Texts(root, "may"))
        {
            if (Capability.Find(name) is { } capability)
                found.Add(capability);
            else
                sink.Error(root.Find("may")!, "bad-value", $"`{PolicyDiagnostic.Quote(name)}` is no capability, expected one of {string.Join(", ", Capability.All.Select(c => c.Name))}");
        }
        if (found.Count == 0 && !sink.HasErrors)
            sink.Error(root, "missing-field", "`may` is missing, expected capabilities such as `read-objects`");
        return found;
    }

    private IntentConditions Conditions(LocatedValue? when)
    {
        var device = Choice(when, "device", "any", "managed", "compliant");
        var from = Instant(when, "from");
        var until = Instant(when, "until");
        if (from >= until)
            sink.Error(when!, "bad-value", "`from` is not before `until`: the intent never holds");
        var mfa = when?.Find("mfa");
        if (mfa is not null and not { Kind: LocatedKind.True or LocatedKind.False or LocatedKind.Null })
            sink.WrongType(mfa, "`mfa`", "`true` or `false`");
        return new IntentConditions(
            mfa is { Kind: LocatedKind.True }, device switch { "managed" => IntentDevice.Managed, "compliant" => IntentDevice.Compliant, _ => IntentDevice.Any },
            Addresses(when), from, until, Countries(when), Texts(when, "regions"));
    }

    private List<string> Countries(LocatedValue? when)
    {
        var countries = Texts(when, "countries");
        foreach (var country in countries.Where(c => c.Length != 2 || !c.All(char.IsAsciiLetterUpper)))
            sink.Error(when!.Find("countries")!, "bad-value", $"`{PolicyDiagnostic.Quote(country)}` is no country, expected two capital letters of ISO 3166-1");
        return countries;
    }

    private List<IPNetwork> Addresses(LocatedValue? when)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in Texts(when, "addresses"))
        {
            // Strict first: the framework reads forms that providers do not.
            if (AddressRange.TryParse(text, out _) && IPNetwork.TryParse(text.Contains('/') ? text : text + (text.Contains(':') ? "/128" : "/32"), out var network) && IPAddress.Parse(text.Split('/')[0]).Equals(network.BaseAddress))
                networks.Add(network);
            else
                sink.Error(when!.Find("addresses")!, "bad-value", $"`{PolicyDiagnostic.Quote(text)}` is no address range, expected CIDR notation without host bits such as `203.0.113.0/24`");
        }
        if (networks.Count > MaxAddresses)
            sink.Error(when!, "too-large", $"{networks.Count} address ranges, expected at most {MaxAddresses}");
        return networks;
    }

    private DateTimeOffset? Instant(LocatedValue? parent, string name)
    {
        if (Text(parent, name) is not { } text)
            return null;
        if (InstantText.TryParse(text, out var ticks) && ticks % TimeSpan.TicksPerSecond == 0)
            return new DateTimeOffset(ticks, TimeSpan.Zero);
        sink.Error(parent!.Find(name)!, "bad-value", $"`{name}` is `{PolicyDiagnostic.Quote(text)}`, expected an instant in whole seconds such as `2027-01-31T12:00:00Z`");
        return null;
    }

    private string? Choice(LocatedValue? parent, string name, params string[] allowed)
    {
        var text = Text(parent, name);
        if (text is not null && !allowed.Contains(text))
            sink.Error(parent!.Find(name)!, "bad-value", $"`{name}` is `{PolicyDiagnostic.Quote(text)}`, expected one of {string.Join(", ", allowed)}");
        return text;
    }

    private LocatedValue? Object(LocatedValue parent, string name, bool required, params string[] known)
    {
        if (parent.Find(name) is not { IsNull: false } value)
        {
            if (required)
                sink.Error(parent, "missing-field", $"`{name}` is missing, expected a mapping with {string.Join(", ", known)}");
            return null;
        }
        return Known(value, $"`{name}`", known) ? value : null;
    }

    private bool Known(LocatedValue value, string what, params string[] known)
    {
        if (value.Kind != LocatedKind.Object)
        {
            sink.WrongType(value, what, "a mapping");
            return false;
        }
        foreach (var member in value.Members.Where(m => !known.Contains(m.Name)))
            sink.UnknownField(member, what, known);
        return true;
    }

    private string? Text(LocatedValue? parent, string name)
    {
        var value = parent?.Find(name);
        if (value is null or { IsNull: true })
            return null;
        if (value.Kind is LocatedKind.Text or LocatedKind.Number)
            return value.Text;
        sink.WrongType(value, $"`{name}`", "a string");
        return null;
    }

    /// <summary>A list of strings, or one.</summary>
    private List<string> Texts(LocatedValue? parent, string name)
    {
        if (parent?.Find(name) is not { IsNull: false } value)
            return [];
        if (value.Kind != LocatedKind.Array)
            return Text(parent, name) is { } one ? [one] : [];
        foreach (var item in value.Items.Where(i => i.Kind is not (LocatedKind.Text or LocatedKind.Number)))
            sink.WrongType(item, $"a member of `{name}`", "a string");
        return [.. value.Items.Where(i => i.Text is not null).Select(i => i.Text!)];
    }
}
