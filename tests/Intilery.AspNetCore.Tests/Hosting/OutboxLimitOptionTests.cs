using Intilery.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace Intilery.AspNetCore.Tests.Hosting;

public sealed class OutboxLimitOptionTests
{
    [Theory]
    [InlineData(16L << 20)]
    [InlineData(1L << 30)]
    [InlineData(1L << 40)]
    public void The_outbox_may_grow_to_a_limit_from_sixteen_mebibytes_to_a_tebibyte(long bytes) => Assert.Empty(Errors($"{bytes}"));

    [Theory]
    [InlineData("16777215", "Intilery:Outbox:MaxBytes is 16777215, but must be from 16777216 to 1099511627776.")]
    [InlineData("1099511627777", "Intilery:Outbox:MaxBytes is 1099511627777, but must be from 16777216 to 1099511627776.")]
    [InlineData("1 GB", "Intilery:Outbox:MaxBytes is '1 GB', which is not a whole number.")]
    public void Another_limit_stops_the_start_by_its_key(string value, string error) => Assert.Equal([error], Errors(value));

    [Fact]
    public void The_limit_is_a_gibibyte_unless_it_is_set() => Assert.Equal(1_073_741_824, new IntileryOutboxOptions().MaxBytes);

    private static IEnumerable<string> Errors(string maxBytes)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Intilery:CaptureOnly"] = "true",
            ["Intilery:Outbox:MaxBytes"] = maxBytes,
        }).Build();
        var options = new IntileryOptions();
        new ConfigurationBinding(configuration).Configure(options);
        return new IntileryOptionsValidator(new Production()).Validate(null, options).Failures ?? [];
    }

    private sealed class Production : IHostEnvironment
    {
        public string ApplicationName { get; set; } = "Initech.Web";

        public string EnvironmentName { get; set; } = Environments.Production;

        public string ContentRootPath { get; set; } = "/";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
