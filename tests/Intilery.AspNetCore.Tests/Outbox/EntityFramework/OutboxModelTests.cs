using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;

namespace Intilery.AspNetCore.Tests.Outbox.EntityFramework;

public sealed partial class OutboxModelTests
{
    [Fact]
    public void The_tables_have_names_of_ours()
    {
        using var db = new PlainNames();

        Assert.Equal(
            ["IntileryOutboxDeadLetters", "IntileryOutboxIntents", "IntileryOutboxNodes", "IntileryOutboxRows", "IntileryOutboxState", "IntileryOutboxTrials"],
            db.Model.GetEntityTypes().Select(type => type.GetTableName()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_naming_convention_of_the_applications_names_the_tables_as_well_as_the_columns()
    {
        using var db = new SnakeNames();

        Assert.Equal(
            ["intilery_outbox_dead_letters", "intilery_outbox_intents", "intilery_outbox_nodes", "intilery_outbox_rows", "intilery_outbox_state", "intilery_outbox_trials"],
            db.Model.GetEntityTypes().Select(type => type.GetTableName()).Order(StringComparer.Ordinal));
        Assert.Contains("\"trace_parent\"", db.Database.GenerateCreateScript(), StringComparison.Ordinal);
    }

    private sealed class PlainNames : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlite("Data Source=:memory:");

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddIntileryOutbox();
    }

    private sealed class SnakeNames : DbContext
    {
        protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseSqlite("Data Source=:memory:");

        protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.Conventions.Add(_ => new SnakeCase());

        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.AddIntileryOutbox();
    }

    // As packages of naming conventions do it: by convention, so that explicit names stay.
    private sealed partial class SnakeCase : IEntityTypeAddedConvention, IPropertyAddedConvention
    {
        public void ProcessEntityTypeAdded(IConventionEntityTypeBuilder entityTypeBuilder, IConventionContext<IConventionEntityTypeBuilder> context) =>
            entityTypeBuilder.ToTable(Rewrite(entityTypeBuilder.Metadata.GetTableName()!));

        public void ProcessPropertyAdded(IConventionPropertyBuilder propertyBuilder, IConventionContext<IConventionPropertyBuilder> context) =>
            propertyBuilder.HasColumnName(Rewrite(propertyBuilder.Metadata.Name));

        private static string Rewrite(string name) => Humps().Replace(name, "_$0").ToLowerInvariant();

        [GeneratedRegex("(?<!^)[A-Z]")]
        private static partial Regex Humps();
    }
}
