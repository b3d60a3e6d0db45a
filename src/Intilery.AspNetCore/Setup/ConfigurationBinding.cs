using System.ComponentModel;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Intilery.AspNetCore.Setup;

/// <summary>
/// Binds the section when the options are first read, so that configuration sources added late still count. Values that cannot be
/// read are left out and reported with all other errors, instead of one by one as exceptions of the binder.
/// </summary>
internal sealed class ConfigurationBinding(IConfiguration configuration) : IConfigureOptions<IntileryOptions>
{
    public void Configure(IntileryOptions options)
    {
        var section = configuration.GetSection(IntileryOptions.SectionName);
        var readable = new Dictionary<string, string?>();
        Collect(section, typeof(IntileryOptions), readable, options.UnreadableValues);
        new ConfigurationBuilder().AddInMemoryCollection(readable).Build().GetSection(IntileryOptions.SectionName).Bind(options);
    }

    private static void Collect(IConfigurationSection section, Type type, Dictionary<string, string?> readable, List<string> unreadable)
    {
        foreach (var child in section.GetChildren())
        {
            var property = type.GetProperty(child.Key, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);

            // Whatever its own value: sources that flatten others, as test hosts do, give a section an empty one.
            Collect(child, property?.PropertyType ?? typeof(object), readable, unreadable);
            if (child.Value is { } value)
            {
                if (property is not null && value.Length > 0 && !CanRead(property.PropertyType, value))
                {
                    unreadable.Add($"{child.Path} is '{value}', which is no {Describe(property.PropertyType)}.");
                }
                else if (value.Length > 0)
                {
                    readable[child.Path] = value;
                }
            }
        }
    }

    private static bool CanRead(Type type, string value) =>
        type == typeof(string) || !TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string)) || Converts(type, value);

    private static bool Converts(Type type, string value)
    {
        try
        {
            TypeDescriptor.GetConverter(type).ConvertFromInvariantString(value);
            return true;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }

    private static string Describe(Type type) =>
        type == typeof(TimeSpan) ? "duration such as 00:00:05"
        : type == typeof(bool) ? "true or false"
        : type == typeof(Uri) ? "address"
        : type == typeof(int) || type == typeof(long) ? "whole number"
        : type.Name;
}
