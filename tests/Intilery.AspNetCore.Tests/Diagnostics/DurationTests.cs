using Intilery.AspNetCore.Diagnostics;

namespace Intilery.AspNetCore.Tests.Diagnostics;

public sealed class DurationTests
{
    [Theory]
    [InlineData("00:00:00", "0 milliseconds")]
    [InlineData("00:00:00.001", "1 millisecond")]
    [InlineData("00:00:00.5123", "512 milliseconds")]
    [InlineData("00:00:00.9999", "1 second")]
    [InlineData("00:00:02.54", "2.5 seconds")]
    [InlineData("00:00:59.97", "1 minute")]
    [InlineData("00:02:00", "2 minutes")]
    [InlineData("01:30:00", "1 hour 30 minutes")]
    [InlineData("01:00:05", "1 hour")]
    [InlineData("30.00:00:00", "30 days")]
    [InlineData("1.02:03:04", "1 day 2 hours")]
    public void A_duration_is_written_in_words(string value, string expected) =>
        Assert.Equal(expected, new Duration(TimeSpan.Parse(value, System.Globalization.CultureInfo.InvariantCulture)).ToString());
}
