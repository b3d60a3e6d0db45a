using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Hosting;

/// <summary>
/// Binds the section when the options are first read, so that configuration sources added late still count. Values that cannot be
/// converted are skipped and reported with all other errors, instead of one by one as exceptions of the binder.
/// </summary>
internal sealed class ConfigurationBinding(IConfiguration configuration) : IConfigureOptions<IntileryOptions>
{
    public void Configure(IntileryOptions options)
    {
        var section = configuration.GetSection(IntileryOptions.SectionName);
        var readable = new Dictionary<string, string?>();
        Collect(section, typeof(IntileryOptions), readable, options);
        new ConfigurationBuilder().AddInMemoryCollection(readable).Build().GetSection(IntileryOptions.SectionName).Bind(options);
    }

    private static void Collect(IConfigurationSection section, Type type, Dictionary<string, string?> readable, IntileryOptions options)
    {
        foreach (var child in section.GetChildren())
        {
            if (TypeOf(type, child.Key) is not { } expected)
            {
                options.UnknownKeys.Add(child.Path);
                continue;
            }

            // A section's own value does not matter: sources that flatten others, as test hosts do, give it an empty one.
            Collect(child, expected, readable, options);
            if (child.Value is not { Length: > 0 } value)
            {
                continue;
            }

            if (Fault(expected, value) is { } fault)
            {
                options.UnreadableValues.Add($"{child.Path} is '{value}', {fault}.");
            }
            else
            {
                readable[child.Path] = value;
            }
        }
    }

    private static Type? TypeOf(Type type, string key) =>
        type == typeof(IList<string>)
            ? int.TryParse(key, CultureInfo.InvariantCulture, out _) ? typeof(string) : null
            : type.GetProperty(key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)?.PropertyType;

    private static string? Fault(Type type, string value)
    {
        if (type == typeof(IList<string>))
        {
            return "but is a list: set the values below it, by :0, :1 and so on";
        }

        if (type.Assembly == typeof(IntileryOptions).Assembly && !type.IsEnum)
        {
            return "but is a section: set the keys below it";
        }

        // A bare number would be read as days.
        var isDays = type == typeof(TimeSpan) && value != "0" && value.All(char.IsAsciiDigit);
        return isDays || !Converts(type, value) ? $"which is not {Describe(type)}" : null;
    }

    private static bool Converts(Type type, string value)
    {
        try
        {
            // The converter of an enumeration accepts any number.
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value) is { } converted
                && (!type.IsEnum || Enum.IsDefined(type, converted));
        }
        catch (Exception exception)
            when (exception is FormatException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Describe(Type type) =>
        type == typeof(TimeSpan) ? "a duration such as 00:00:05"
        : type == typeof(bool) ? "true or false"
        : type == typeof(Uri) ? "an address"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
        : $"a {type.Name}";
}

/// <summary>Propagates reloads of the configuration to the options.</summary>
internal sealed class ConfigurationReload(IConfiguration configuration)
    : ConfigurationChangeTokenSource<IntileryOptions>(configuration.GetSection(IntileryOptions.SectionName));
