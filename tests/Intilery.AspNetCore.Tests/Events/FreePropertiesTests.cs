using System.Text;
using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Events;

public sealed class FreePropertiesTests
{
    [Fact]
    public void Values_of_every_kind_are_written_as_they_are_sent()
    {
        var taken = FreeProperties.Snapshot(
            new Dictionary<string, object?>
            {
                ["text"] = "Quarterly “overview”\u0007",
                ["long"] = new string('x', 1_025),
                ["address"] = new Uri("https://example.com/" + new string('y', 1_100)),
                ["truth"] = true,
                ["int"] = 7,
                ["large"] = long.MaxValue,
                ["money"] = 12.50m,
                ["ratio"] = 0.25,
                ["when"] = new DateTimeOffset(2026, 11, 23, 8, 30, 0, TimeSpan.FromHours(1)),
                ["list"] = new[] { "a", "b" },
                ["object"] = new { id = "acct_1" },
                ["element"] = JsonSerializer.SerializeToElement("é"),
                ["nothing"] = null,
            },
            "properties");

        Assert.Equal(
            $$"""
            {"text":"Quarterly “overview” ","long":"{{new string('x', 1_024)}}","address":"https://example.com/{{new string('y', 1_004)}}","truth":true,"int":7,"large":9223372036854775807,"money":12.50,"ratio":0.25,"when":"2026-11-23T08:30:00+01:00","list":["a","b"],"object":{"id":"acct_1"},"element":"é","nothing":null}
            """,
            Encoding.UTF8.GetString(taken.Json));
        Assert.Equal(13, taken.Count);
        Assert.Equal(12.50m, ((JsonElement)taken["money"]!).GetDecimal());
    }

    [Fact]
    public void A_value_that_fails_leaves_nothing_in_the_next_properties()
    {
        Assert.Throws<ArgumentException>(() => FreeProperties.Snapshot(new Dictionary<string, object?> { ["good"] = 1, ["bad"] = double.NaN }, "properties"));

        Assert.Equal("""{"next":2}""", Encoding.UTF8.GetString(FreeProperties.Snapshot(new Dictionary<string, object?> { ["next"] = 2 }, "properties").Json));
    }

    [Fact]
    public void A_value_that_tracks_an_event_while_it_is_read_does_not_mix_the_two()
    {
        var taken = FreeProperties.Snapshot(new Dictionary<string, object?> { ["first"] = 1, ["nested"] = new Nested(), ["last"] = 3 }, "properties");

        Assert.Equal("""{"first":1,"nested":{"Inner":"{\"inner\":2}"},"last":3}""", Encoding.UTF8.GetString(taken.Json));
    }

    private sealed class Nested
    {
        public string Inner => Encoding.UTF8.GetString(FreeProperties.Snapshot(new Dictionary<string, object?> { ["inner"] = 2 }, "properties").Json);
    }
}
