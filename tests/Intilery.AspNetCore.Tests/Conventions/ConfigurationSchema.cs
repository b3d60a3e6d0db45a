using System.Globalization;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>The JSON schema of the section <c>Intilery</c>, made from the options, their defaults and their documentation.</summary>
internal sealed partial class ConfigurationSchema
{
    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<string, XElement> _documentation = XDocument
        .Load(Path.ChangeExtension(typeof(IntileryOptions).Assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value);

    public static string Write()
    {
        var section = new ConfigurationSchema().Section(new IntileryOptions(), "The section of the package Intilery.AspNetCore.");
        var schema = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { [IntileryOptions.SectionName] = section } };
        return schema.ToJsonString(_indented) + "\n";
    }

    private JsonObject Section(object options, string description)
    {
        var properties = new JsonObject();
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            properties[property.Name] = Property(property, property.GetValue(options));
        }

        return new JsonObject
        {
            ["type"] = "object", ["description"] = description, ["properties"] = properties, ["additionalProperties"] = false,
        };
    }

    private JsonObject Property(PropertyInfo property, object? value)
    {
        var (type, description) = (property.PropertyType, Description(property));
        return value switch
        {
            IList<string> => new JsonObject
            {
                ["type"] = "array", ["description"] = description, ["items"] = new JsonObject { ["type"] = "string" },
            },
            bool or int or long => new JsonObject
            {
                ["type"] = value is bool ? "boolean" : "integer", ["description"] = description, ["default"] = JsonSerializer.SerializeToNode(value),
            },
            TimeSpan duration => new JsonObject
            {
                ["type"] = "string",
                ["description"] = description,
                ["pattern"] = @"^(\d+\.)?\d{1,2}:\d{2}(:\d{2}(\.\d{1,7})?)?$",
                ["default"] = duration.ToString("c", CultureInfo.InvariantCulture),
            },
            Enum => new JsonObject
            {
                ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => JsonValue.Create(name))]),
                ["description"] = description,
                ["default"] = value.ToString(),
            },
            string text => new JsonObject { ["type"] = "string", ["description"] = description, ["default"] = text },
            Uri address => new JsonObject
            {
                ["type"] = "string", ["description"] = description, ["format"] = "uri", ["default"] = address.OriginalString,
            },
            null when type == typeof(string) => new JsonObject { ["type"] = "string", ["description"] = description },
            not null when type.Assembly == typeof(IntileryOptions).Assembly => Section(value, description),
            _ => throw new NotSupportedException($"The schema has no form for a {type.Name}."),
        };
    }

    private string Description(PropertyInfo property)
    {
        var summary = _documentation[$"P:{property.DeclaringType!.FullName}.{property.Name}"].Element("summary")!;
        var text = Spaces().Replace(string.Concat(summary.Nodes().Select(Text)), " ").Trim();
        text = Opening().Replace(text, string.Empty);
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement element when element.Attribute("langword") is { } word => word.Value,
        XElement element when element.Attribute("cref") is { } member => MemberName(member.Value),
        XElement element => element.Value,
        _ => string.Empty,
    };

    // "P:Intilery.AspNetCore.IntileryOptions.ClientId" is ClientId.
    private static string MemberName(string reference)
    {
        var name = reference.Split('(')[0];
        return name[(name.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("^Gets (or sets )?(a value indicating )?")]
    private static partial Regex Opening();
}
