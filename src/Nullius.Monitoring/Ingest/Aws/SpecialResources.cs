namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>Calls whose resources the forms alone do not tell: the type is in an id, or the name is a path.</summary>
internal static class SpecialResources
{
    /// <summary>Types of EC2's resources by the beginning of their ids; an account owns all but images and snapshots.</summary>
    private static readonly (string Start, string Type)[] s_types =
    [
        ("i-", "instance"), ("vol-", "volume"), ("sg-", "security-group"), ("sgr-", "security-group-rule"), ("subnet-", "subnet"), ("vpc-", "vpc"), ("snap-", "snapshot"), ("ami-", "image"),
        ("eni-", "network-interface"), ("rtb-", "route-table"), ("igw-", "internet-gateway"), ("nat-", "natgateway"), ("eipalloc-", "elastic-ip"), ("acl-", "network-acl"),
        ("vpce-", "vpc-endpoint"), ("lt-", "launch-template"), ("key-", "key-pair"), ("tgw-", "transit-gateway"), ("tgw-attach-", "transit-gateway-attachment"), ("pcx-", "vpc-peering-connection"),
        ("dopt-", "dhcp-options"), ("fl-", "vpc-flow-log"), ("cgw-", "customer-gateway"), ("vgw-", "vpn-gateway"), ("vpn-", "vpn-connection"), ("fleet-", "fleet"), ("sir-", "spot-instances-request"),
    ];

    private static readonly string[] s_profiles = ["us.", "eu.", "apac.", "us-gov.", "jp.", "au.", "ca.", "global."];

    /// <summary>The resources; null where the forms tell.</summary>
    internal static List<CallResource>? Of(NeededAction needed, RequestParameters parameters, string region, string? account) => needed.Service switch
    {
        "ec2" when needed.Name is "CreateTags" or "DeleteTags" => Tagged(parameters, region, account),
        "bedrock" when needed.Name.StartsWith("InvokeModel", StringComparison.Ordinal) => Model(parameters, region, account),
        "apigateway" => Api(parameters, region),
        _ => null,
    };

    private static List<CallResource> Tagged(RequestParameters parameters, string region, string? account)
    {
        var found = new List<CallResource>();
        foreach (var id in parameters.Each("resourceId"))
        {
            var type = s_types.Where(t => id.StartsWith(t.Start, StringComparison.Ordinal)).MaxBy(t => t.Start.Length).Type;
            if (type is null || account is null)
                return [];
            found.Add(new CallResource($"arn:aws:ec2:{region}:{(type is "image" or "snapshot" ? "" : account)}:{type}/{id}"));
        }
        return found;
    }

    private static List<CallResource> Model(RequestParameters parameters, string region, string? account)
    {
        if (parameters.First("modelId") is not { } model)
            return [];
        if (model.StartsWith("arn:", StringComparison.Ordinal))
            return [new CallResource(model)];
        return Array.Exists(s_profiles, p => model.StartsWith(p, StringComparison.Ordinal))
            ? account is null ? [] : [new CallResource($"arn:aws:bedrock:{region}:{account}:inference-profile/{model}")]
            : [new CallResource($"arn:aws:bedrock:{region}::foundation-model/{model}")];
    }

    /// <summary>Which path below an API it was the event does not tell.</summary>
    private static List<CallResource> Api(RequestParameters parameters, string region)
    {
        if (parameters.First("restApiId") is { } rest)
            return [new CallResource($"arn:aws:apigateway:{region}::/restapis/{rest}*", null, IsPattern: true)];
        return parameters.First("apiId") is { } api ? [new CallResource($"arn:aws:apigateway:{region}::/apis/{api}*", null, IsPattern: true)] : [];
    }
}
