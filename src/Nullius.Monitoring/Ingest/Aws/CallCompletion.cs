using Nullius.Policy.Dialects.Aws;

namespace Nullius.Monitoring.Ingest.Aws;

/// <summary>Completes the forms of an action's resources from the parameters of a call.</summary>
internal sealed class CallCompletion(NeededAction needed, RequestParameters parameters, string region, string? account)
{
    private const int MostResources = 32;

    private readonly string _service = needed.Service;

    // What the call made had no id yet when it was authorised: EC2 authorises `instance/*`.
    private readonly bool _creates = needed.Action.StartsWith("ec2:Run", StringComparison.Ordinal) || needed.Action.StartsWith("ec2:Create", StringComparison.Ordinal)
        || needed.Action.StartsWith("ec2:Allocate", StringComparison.Ordinal);

    private readonly List<CallResource> _found = [];
    private bool _isPattern;
    private bool _named;

    internal List<CallResource> Of(ActionForms forms)
    {
        Complete(forms);
        // A call that lists or describes and names nothing is authorised on all of them.
        if (_found.Count == 0 && needed.Lists && !parameters.NamesAny(_service, forms))
        {
            foreach (var form in forms.Required)
                Fill(form, v => Place(v, form) ?? Wildcard(), all: true);
        }
        return _found;
    }

    private void Complete(ActionForms forms)
    {
        if (_service == "dynamodb" && forms.Required.Concat(forms.Optional).FirstOrDefault(f => f.Variables.Contains("IndexName")) is { } index && parameters.First("indexName") is not null)
            Add(index, creates: false);
        if (_found.Count > 0)
            return;
        foreach (var form in forms.Required)
            Add(form, _creates);
        // What a call to EC2 names beside what it must is authorised too; of Systems Manager the instances.
        if (_service is "ec2" or "ssm")
        {
            foreach (var form in forms.Optional.Where(f => f.Variables.Count > 0))
                Add(form, creates: false, exact: true);
            if (needed.Name == "RunInstances" && account is not null)
                AddOne($"arn:{Partition}:ec2:{region}:{account}:volume/*", isPattern: false);
            return;
        }
        // Of the forms that an action may take, the one that says most: an object and not its bucket.
        foreach (var form in forms.Optional.Where(f => f.Variables.Count > 0).OrderByDescending(f => f.Variables.Count))
        {
            if (_found.Count > 0)
                break;
            Add(form, _creates);
        }
    }

    private void Add(ArnForm form, bool creates, bool exact = false)
    {
        var arns = parameters.Arns.Where(form.Matches).ToList();
        foreach (var arn in arns)
            AddOne(arn, isPattern: false);
        if (arns.Count > 0)
            return;
        var many = form.Variables is [var only] ? parameters.All(_service, only) : [];
        if (many.Count > 1)
        {
            foreach (var value in many.Take(MostResources))
                Fill(form, v => v == form.Variables[0] ? Bare(v, value) : Place(v, form));
            return;
        }
        Fill(form, v => Place(v, form) ?? Named(v) ?? (creates ? "*" : exact ? null : Made(v)));
    }

    private void Fill(ArnForm form, Func<string, string?> valueOf, bool all = false)
    {
        (_isPattern, _named) = (false, all || form.Variables.Count == 0);
        var arn = form.Fill(valueOf);
        // A wildcard stands only for the rest of a name of which the call tells a part.
        if (arn is not null && (_named || !_isPattern))
            AddOne(arn, _isPattern);
    }

    private void AddOne(string arn, bool isPattern)
    {
        // Both kinds of instances are named by the same parameter; their ids differ.
        var mistaken = arn.Contains(":managed-instance/i-", StringComparison.Ordinal) || arn.Contains(":instance/mi-", StringComparison.Ordinal);
        if (!mistaken && !_found.Exists(r => r.Arn == arn))
            _found.Add(new CallResource(arn, null, isPattern));
    }

    private string? Named(string variable)
    {
        var value = parameters.Value(_service, variable) is { } text ? Bare(variable, text) : Default(variable);
        _named |= value is not null;
        return value;
    }

    private string? Default(string variable) => (_service, variable) switch
    {
        ("ecs", "ClusterName") or ("scheduler", "GroupName") => "default",
        _ => null,
    };

    /// <summary>What the provider itself adds to a name; of a batch, the names that the record leaves out.</summary>
    private string? Made(string variable) => (_service, variable) switch
    {
        ("cloudformation", "Id") or ("autoscaling", "GroupId" or "Id") or ("ecs", "TaskDefinitionRevisionNumber") => Wildcard(),
        ("elasticloadbalancing", "LoadBalancerId" or "TargetGroupId") => Wildcard(),
        ("s3", "ObjectName") when needed.Name is "DeleteObject" or "DeleteObjectVersion" => Wildcard(),
        _ => null,
    };

    private string Wildcard()
    {
        _isPattern = true;
        return "*";
    }

    private string Partition => region.StartsWith("cn-", StringComparison.Ordinal) ? "aws-cn" : region.StartsWith("us-gov-", StringComparison.Ordinal) ? "aws-us-gov" : "aws";

    private string? Place(string variable, ArnForm form) => variable switch
    {
        "Partition" => Partition,
        "Region" => QueueAddress(form) is { } queue ? queue.Region ?? region : region,
        // The provider's own documents are in no account.
        "Account" when form.Variables.Contains("DocumentName") && parameters.First("documentName")?.StartsWith("AWS-", StringComparison.Ordinal) == true => "",
        "Account" => QueueAddress(form)?.Account ?? account,
        _ => null,
    };

    /// <summary>A queue's URL tells its account, which need not be the caller's: <c>https://sqs.eu-west-1.amazonaws.com/111122223333/name</c>.</summary>
    private (string? Region, string Account)? QueueAddress(ArnForm form)
    {
        if (!form.Variables.Contains("QueueName") || !Uri.TryCreate(parameters.First("queueUrl"), UriKind.Absolute, out var url) || url.Segments is not [_, var owner, _])
            return null;
        var host = url.Host.Split('.');
        var number = owner.TrimEnd('/');
        return number.Length == 12 && number.All(char.IsAsciiDigit) ? (host is ["sqs", var place, ..] ? place : null, number) : null;
    }

    /// <summary>The name out of what a parameter holds in its stead: a queue's URL, a name with a slash before it. Null where the name alone is not enough.</summary>
    private string? Bare(string variable, string value)
    {
        switch (variable)
        {
            case "QueueName" or "ServiceName" or "ClusterName":
                return value[(value.LastIndexOf('/') + 1)..];
            case "ParameterNameWithoutLeadingSlash":
                return value.TrimStart('/');
            case "SecretId" when !value.StartsWith("arn:", StringComparison.Ordinal):
                // The provider appends a hyphen and six characters of its own to the secret's name.
                _isPattern = true;
                return value + "-??????";
            // A key may be named by an alias, whose key is not told.
            case "KeyId" when value.StartsWith("alias/", StringComparison.Ordinal):
                return null;
            case "Alias" when value.StartsWith("alias/", StringComparison.Ordinal):
                return value[6..];
            // With a version or alias, the part after a partial ARN.
            case "FunctionName" when value.Contains(":function:", StringComparison.Ordinal) && !value.StartsWith("arn:", StringComparison.Ordinal):
                return value[(value.IndexOf(":function:", StringComparison.Ordinal) + 10)..];
            case "TaskDefinitionFamilyName":
                return value.StartsWith("arn:", StringComparison.Ordinal) ? null : value.Split(':')[0];
            case "TaskDefinitionRevisionNumber":
                return value.Contains(':', StringComparison.Ordinal) ? value[(value.IndexOf(':', StringComparison.Ordinal) + 1)..] : Wildcard();
            case "Scope":
                return value == "CLOUDFRONT" ? "global" : value.ToLowerInvariant();
            case "Id" when _service == "route53":
                return value[(value.LastIndexOf('/') + 1)..];
            case var _ when value.StartsWith("arn:", StringComparison.Ordinal):
                return null;
            case var name when name.EndsWith("WithPath", StringComparison.Ordinal) && parameters.First("path") is { } path && needed.Name.StartsWith("Create", StringComparison.Ordinal):
                return path.TrimStart('/') + value;
            default:
                return value;
        }
    }
}
