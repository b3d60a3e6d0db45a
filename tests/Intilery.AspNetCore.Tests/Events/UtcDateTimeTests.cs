using System.Text.Json;
using Intilery.AspNetCore.Events;

namespace Intilery.AspNetCore.Tests.Events;

/// <summary>A time that an application has from its database has no zone, and is UTC wherever the server stands.</summary>
public sealed class UtcDateTimeTests
{
    private static readonly DateTimeOffset _noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_time_without_a_zone_is_UTC_where_an_event_takes_it()
    {
        var zoneless = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Unspecified);
        var (started, ended) = (new TrialStarted { TrialStartDate = zoneless, Timestamp = zoneless }, new TrialEnded { TrialEndDate = zoneless });

        Assert.Equal(_noon, started.TrialStartDate!.Value.Value);
        Assert.Equal(_noon, started.Timestamp!.Value.Value);
        Assert.Equal(_noon, ended.TrialEndDate!.Value.Value);
    }

    [Fact]
    public void What_has_a_zone_is_that_moment_and_a_date_its_beginning()
    {
        DateTime? local = _noon.LocalDateTime;
        DateTimeOffset? elsewhere = _noon.ToOffset(TimeSpan.FromHours(5));
        DateTimeOffset? none = null;

        Assert.Equal(new UtcDateTime(_noon), new TrialStarted { TrialEndDate = local }.TrialEndDate);
        Assert.Equal(new UtcDateTime(_noon), new TrialStarted { TrialEndDate = elsewhere }.TrialEndDate);
        Assert.Equal(new UtcDateTime(_noon.AddHours(-12)), new TrialStarted { TrialEndDate = new DateOnly(2026, 1, 31) }.TrialEndDate);
        Assert.Null(new TrialStarted { TrialEndDate = none }.TrialEndDate);
    }

    [Fact]
    public void It_is_read_again_as_it_was_written() => Assert.Equal(
        new UtcDateTime(_noon), JsonSerializer.Deserialize<UtcDateTime>(JsonSerializer.Serialize(new UtcDateTime(_noon.ToOffset(TimeSpan.FromHours(-3))))));
}
