namespace Intilery.AspNetCore.Hosting;

/// <summary>Validates the sections <c>Privacy</c>, <c>Exclude</c> and <c>Impersonation</c>.</summary>
internal static class PeopleFaults
{
    public static void Find(IntileryOptions options, List<string> errors)
    {
        Properties(options.Privacy.Properties, errors);
        Defined(options.Privacy.PersonalData, "Intilery:Privacy:PersonalData", errors);
        Defined(options.Privacy.PageUrl, "Intilery:Privacy:PageUrl", errors);
        Each(options.Exclude.EmailDomains, "Intilery:Exclude:EmailDomains", Domain, errors);
        Each(options.Exclude.UserIds, "Intilery:Exclude:UserIds", NotBlank, errors);
        Each(options.Exclude.Roles, "Intilery:Exclude:Roles", NotBlank, errors);
        Each(options.Impersonation.ClaimTypes, "Intilery:Impersonation:ClaimTypes", NotBlank, errors);
    }

    private static void Properties(IList<string> properties, List<string> errors)
    {
        if (properties is [IntileryPrivacyOptions.NoProperties])
        {
            return;
        }

        var possible = string.Join(", ", IntileryPrivacyOptions.PersonalProperties);
        Each(
            properties,
            "Intilery:Privacy:Properties",
            property => IntileryPrivacyOptions.PersonalProperties.Contains(property)
                ? null
                : $"is '{property}', but must be one of {possible}; or the only one, '{IntileryPrivacyOptions.NoProperties}'.",
            errors);
    }

    private static void Each(IList<string> values, string key, Func<string, string?> faultOf, List<string> errors)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (faultOf(values[i]) is { } fault)
            {
                errors.Add($"{key}:{i} {fault}");
            }
        }
    }

    /// <summary>Reports a number that is not a value of the enumeration.</summary>
    public static void Defined<T>(T value, string key, List<string> errors)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            errors.Add($"{key} is '{value}', but must be {string.Join(" or ", Enum.GetNames<T>())}.");
        }
    }

    private static string? NotBlank(string value) => string.IsNullOrWhiteSpace(value) ? "is blank." : null;

    private static string? Domain(string value) =>
        NotBlank(value) ?? (Uri.CheckHostName(value) == UriHostNameType.Dns ? null : $"is '{value}', but must be a domain such as example.com, without '@'.");
}
