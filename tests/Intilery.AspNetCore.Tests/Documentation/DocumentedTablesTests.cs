using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Diagnostics;
using Intilery.AspNetCore.Events;
using Intilery.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Intilery.AspNetCore.Tests.Documentation;

/// <summary>The tables of the documentation, compared with the code: nothing is missing, and nothing is there that the code does not know.</summary>
public sealed class DocumentedTablesTests
{
    [Fact]
    public void Every_option_is_in_its_table_with_its_default()
    {
        var documented = Document.Page("options").RowsOf("key").ToDictionary(row => row[0].Trim('`'), row => row[1]);
        var options = Options(new IntileryOptions(), string.Empty).ToDictionary();

        Assert.Equal(options.Keys.Order(StringComparer.Ordinal), documented.Keys.Order(StringComparer.Ordinal));
        Assert.All(options.Where(option => option.Value is not null), option => Assert.Equal($"`{option.Value}`", documented[option.Key]));
    }

    [Fact]
    public async Task Every_instrument_is_in_its_table_with_its_unit()
    {
        await using var app = await IdentityApp.StartAsync();
        using var measured = new Measurements(app.Services.GetRequiredService<IMeterFactory>());

        Assert.Equal(
            measured.Units.Select(pair => $"{pair.Key} {pair.Value.Split(' ')[1]}").Order(StringComparer.Ordinal),
            Document.Page("operations").RowsOf("instrument").Select(row => $"{row[0].Trim('`')} {row[1].Trim('`')}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_log_event_is_in_its_table_with_its_level() => Assert.Equal(
        typeof(LifecycleLog).GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId)
            .Select(message => $"{message.EventId} {(message.Level == LogLevel.None ? "Information or Warning" : message.Level.ToString())}"),
        Document.Page("log-events").RowsOf("id").Select(row => $"{row[0]} {row[1]}"));

    [Fact]
    public void Every_reason_is_in_its_table() => Assert.Equal(
        typeof(Reasons).GetFields().Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal),
        Document.Page("reasons").RowsOf("reason").Select(row => row[0].Trim('`')).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_README_names_no_reason_that_does_not_exist() => Assert.Subset(
        typeof(Reasons).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToHashSet(),
        Document.Readme.RowsOf("reason").Select(row => row[0].Trim('`')).ToHashSet());

    [Fact]
    public void Every_attribute_is_in_its_table() => Assert.Equal(
        typeof(LifecycleEventAttribute).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(Attribute)) && !type.IsAbstract && type.GetCustomAttribute<AttributeUsageAttribute>()?.ValidOn != AttributeTargets.Assembly)
            .Select(type => $"[{type.Name[..^"Attribute".Length]}]")
            .Order(StringComparer.Ordinal),
        Document.Page("endpoints-and-attributes").RowsOf("attribute").SelectMany(row => Document.CodeIn(row[0])).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_name_that_attributes_look_for_is_in_its_table() => Assert.Equal(
        EventNames.Definitions.Values.SelectMany(definition => definition.Properties).SelectMany(property => property.FoundBy)
            .Concat([.. EventDefinition.AccountIds, .. EventDefinition.OwnIds, .. EventDefinition.MemberIds])
            .SelectMany(rank => rank).Append("Emails").Distinct().Order(StringComparer.Ordinal),
        Document.Page("endpoints-and-attributes").RowsOf("value").SelectMany(row => Document.CodeIn(row[1])).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_event_has_its_row_in_the_README_and_in_the_table_of_properties()
    {
        var events = EventNames.Specified.Keys.Order(StringComparer.Ordinal).ToList();

        Assert.Equal(events, Document.Readme.RowsOf("event").Select(row => row[0]).Order(StringComparer.Ordinal));
        Assert.Subset(Document.Page("events").RowsOf("event").SelectMany(row => row[0].Split(", ")).ToHashSet(), events.ToHashSet());
    }

    [Fact]
    public void Every_command_is_in_its_table() => Assert.Equal(
        CommandLine.Names.Select(name => $"intilery {name}"), Document.Page("commands").RowsOf("command").Select(row => row[0].Trim('`')));

    // Lists and what depends on other options have no default that a table could show as it is.
    private static IEnumerable<KeyValuePair<string, string?>> Options(object section, string prefix)
    {
        foreach (var property in section.GetType().GetProperties())
        {
            var key = prefix + property.Name;
            var value = property.GetValue(section);
            if (property.PropertyType.Namespace == typeof(IntileryOptions).Namespace && property.PropertyType.IsClass)
            {
                foreach (var option in Options(value!, key + ":"))
                {
                    yield return option;
                }
            }
            else
            {
                yield return new(key, value switch
                {
                    bool flag => flag ? "true" : "false",
                    Uri address => address.ToString().TrimEnd('/'),
                    IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                    string text => text,
                    _ => null,
                });
            }
        }
    }
}
