using System.Reflection;
using System.Text.Json;
using Intilery.AspNetCore.Commands;
using Intilery.AspNetCore.Compose;
using Intilery.AspNetCore.Events;
using Microsoft.Extensions.Options;
using Moq;

namespace Intilery.AspNetCore.Tests.Events;

/// <summary>Each event is defined once, whole: what reads, writes, compares and finds its properties asks the definition.</summary>
public sealed class EventDefinitionTests
{
    private static readonly string[] _ofEveryEvent = ["Name", "UserId", "AnonymousId", "GroupId", "Timestamp"];

    public static TheoryData<string> Names => [.. EventNames.Definitions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_every_property_of_its_record(string name) => Assert.Equal(
        EventNames.Specified[name].GetProperties().Select(property => property.Name).Except(_ofEveryEvent).Order(StringComparer.Ordinal),
        EventNames.Definitions[name].Properties.Select(property => property.Member).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void It_sets_reads_and_sends_each_of_them_and_no_other(string name)
    {
        var definition = EventNames.Definitions[name];
        foreach (var property in definition.Properties)
        {
            var value = property.Kind == ValueKind.Date ? new UtcDateTime(DateTimeOffset.UnixEpoch) : (object)"x";
            var whole = property.Set(definition.Create(), value);

            Assert.Equal(value, property.Get(whole));
            Assert.Equal(value, whole.GetType().GetProperty(property.Member)!.GetValue(whole));
            Assert.Equal(
                property.Name is null ? "{}" : $$"""{"{{property.Name}}":"{{(property.Kind == ValueKind.Date ? "1970-01-01T00:00:00Z" : "x")}}"}""", Json(whole));
            Assert.Equal(definition.Create(), property.Set(whole, null));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_attribute_takes_a_path_for_each_of_them_and_a_literal_for_each_that_is_sent(string name)
    {
        var attribute = typeof(TrackEventAttribute).Assembly.GetType($"Intilery.AspNetCore.Track{EventNames.Specified[name].Name}Attribute")!;
        var members = attribute.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)
            .Except(typeof(LifecycleEventAttribute).GetProperties().Select(property => property.Name));

        Assert.Equal(
            EventNames.Definitions[name].Properties
                .SelectMany(property => property.Name is null ? new[] { property.Member + "From" } : [property.Member, property.Member + "From"])
                .Order(StringComparer.Ordinal),
            members.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_property_of_a_person_can_be_left_out_by_the_options()
    {
        Assert.Equal(
            EventNames.Definitions.Values.SelectMany(definition => definition.Properties).Where(property => property.IsPersonal).Select(property => property.Name).Distinct().Order(StringComparer.Ordinal),
            IntileryPrivacyOptions.PersonalProperties.Order(StringComparer.Ordinal));

        var options = new IntileryOptions();
        foreach (var property in IntileryPrivacyOptions.PersonalProperties)
        {
            options.Privacy.Properties.Add(property);
        }

        var everything = Enum.GetValues<ProfileMembers>().Aggregate((all, member) => all | member);
        var policy = new EnrichmentPolicy(
            Mock.Of<IOptionsMonitor<IntileryOptions>>(monitor => monitor.CurrentValue == options), new MessageOrigin("Intilery.AspNetCore", "1.0.0", "Shop", null));
        Assert.Equal(everything, policy.Visible(new Profile { Cleared = everything }).Cleared);
    }

    [Fact]
    public void The_sample_of_each_event_has_every_property_that_is_sent() => Assert.All(
        SampleEvents.Of(DateTimeOffset.UnixEpoch),
        sample => Assert.All(sample.Definition!.Properties.Where(property => property.Name is not null), property => Assert.True(property.Get(sample) is not null, property.Name)));

    [Fact]
    public void What_only_another_report_knows_is_filled_in_and_what_is_known_stays()
    {
        var filled = TrialEnded.Specification.Filled(
            new TrialEnded { TrialPlanName = "Business" }, new TrialEnded { TrialPlanName = "Basic", TrialId = "7", UserId = "peter" });

        Assert.Equal(new TrialEnded { TrialPlanName = "Business", TrialId = "7", UserId = "peter" }, filled);
    }

    [Fact]
    public void What_says_who_a_person_is_can_be_left_out_and_nothing_else() => Assert.Equal(
        new SignedUp { Type = "organic", Email = "p@example.com" },
        SignedUp.Specification.Without(
            new SignedUp { Type = "organic", FirstName = "Peter", Email = "p@example.com", Username = "p" }, property => property != "email"));

    private static string Json(LifecycleEvent lifecycleEvent)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            lifecycleEvent.WriteProperties(new PropertyWriter(json));
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
