using Nullius.Policy.Dialects.Entra.Conditions;
using Nullius.Policy.Dialects.Entra.Devices;
using Nullius.Policy.Documents;

namespace Nullius.Policy.Dialects.Entra.Documents;

/// <summary>Reads <c>conditionalAccessFilter</c>: a mode and a rule, of devices, applications or service principals.</summary>
internal static class FilterParser
{
    internal static DeviceScope? ReadDevices(GraphReader? reader, DiagnosticSink sink)
    {
        if (reader is null)
            return null;
        reader.Refuse("includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates");
        var filter = reader.Object("deviceFilter");
        reader.Close();
        return Read(filter, DeviceRuleParser.Subject.Device, "device.isCompliant -eq True", sink) is { } read ? new DeviceScope(read.Rule, read.Exclude) : null;
    }

    internal static AttributeFilter? ReadAttributes(GraphReader? filter, DeviceRuleParser.Subject subject, DiagnosticSink sink) =>
        Read(filter, subject, "CustomSecurityAttribute.Set_name -eq \"value\"", sink) is { } read ? new AttributeFilter(read.Rule, read.Exclude) : null;

    private static (DeviceRule Rule, bool Exclude)? Read(GraphReader? filter, DeviceRuleParser.Subject subject, string example, DiagnosticSink sink)
    {
        if (filter is null)
            return null;
        var what = subject switch
        {
            DeviceRuleParser.Subject.Device => "device filter",
            DeviceRuleParser.Subject.Application => "application filter",
            DeviceRuleParser.Subject.ServicePrincipal => "service principal filter",
        };
        var mode = filter.Text("mode");
        if (mode is not ("include" or "exclude"))
            sink.Error(filter.Value, "bad-value", $"`mode` of a {what} is `{PolicyDiagnostic.Quote(mode ?? "null")}`, expected `include` or `exclude`");
        var text = filter.Field("rule");
        filter.Close();
        if (text is not { Kind: LocatedKind.Text })
        {
            sink.Error(filter.Value, "missing-field", $"a {what} has no `rule`, expected one such as `{example}`");
            return null;
        }
        var rule = DeviceRuleParser.Parse(text.Text!, subject, out var error);
        if (rule is null)
            sink.Error(text, "bad-rule", $"the {what} `{PolicyDiagnostic.Quote(text.Text!)}` cannot be read: {error}");
        return rule is null ? null : (rule, mode == "exclude");
    }
}
