using Intilery.AspNetCore.Tests.Support;

namespace Intilery.AspNetCore.Tests.Conventions;

/// <summary>Editors complete and check the section <c>Intilery</c> of <c>appsettings.json</c> by a schema that is packed.</summary>
public sealed class ConfigurationSchemaTests
{
    /// <summary>A change of the options is a change of <c>ConfigurationSchema.json</c>: copy the received file over it.</summary>
    [Fact]
    public void The_packed_schema_is_what_the_options_and_their_documentation_say()
    {
        var actual = ConfigurationSchema.Write();
        File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "Conventions", "ConfigurationSchema.received.json"), actual);

        Assert.Equal(File.ReadAllText(Path.Combine(Product.SourceFolder, "ConfigurationSchema.json")).ReplaceLineEndings("\n"), actual);
    }

    [Fact]
    public void The_targets_hand_it_to_editors_for_every_appsettings_file()
    {
        var targets = File.ReadAllText(Path.Combine(Repository.Root, "src", Product.Root, "build", "Intilery.AspNetCore.targets"));

        Assert.Contains(
            """<JsonSchemaSegment Include="$(MSBuildThisFileDirectory)..\..\ConfigurationSchema.json" FilePathPattern="appsettings\..*json" />""",
            targets,
            StringComparison.Ordinal);
    }
}
