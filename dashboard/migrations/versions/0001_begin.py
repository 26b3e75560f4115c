"""Begin."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_budget",
        sa.Column("ceiling", sa.String(length=200), nullable=False),
        sa.Column("calls", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("ceiling", name=op.f("pk_call_budget")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(40), nullable=False),
        sa.Column("plan_before", sa.String(40), nullable=True),
        sa.Column("plan_lowered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("base_currency", sa.String(length=3), nullable=False),
        sa.Column("tax_id", sa.String(length=64), nullable=False),
        sa.Column("closing_day", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("session_mark", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "task_lease",
        sa.Column("task", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("task", name=op.f("pk_task_lease")),
    )
    op.create_table(
        "audit_count",
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_audit_count_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "quarter", "status", name=op.f("pk_audit_count")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("entity_type", sa.String(40), nullable=True),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "reference",
            sa.String(length=255).with_variant(sa.String(length=255, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("status", sa.String(40), nullable=True),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("error_subject", sa.String(length=255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("operation", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "status IS NULL OR status <> 'failed' OR (error_code <> '' AND words <> '')",
            name=op.f("ck_audit_entry_failed_has_a_reason"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_actor", ["tenant_id", "actor_id", "at", "id"], unique=False)
        batch_op.create_index(
            "ix_audit_entry_code",
            ["tenant_id", "error_code", "at", "id"],
            unique=False,
            sqlite_where=sa.text("error_code <> ''"),
            postgresql_where=sa.text("error_code <> ''"),
        )
        batch_op.create_index("ix_audit_entry_destination", ["tenant_id", "connection_id", "at", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_record", ["record_id"], unique=False)
        batch_op.create_index("ix_audit_entry_reference", ["tenant_id", "reference", "at", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_status", ["tenant_id", "status", "at", "id"], unique=False)
        batch_op.create_index("ix_audit_entry_time", ["tenant_id", "at", "id"], unique=False)

    op.create_table(
        "grant_token",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("tokens", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_broken", sa.Boolean(), nullable=False),
        sa.Column("refresh_lock", sa.String(length=40), nullable=False),
        sa.Column("refresh_lock_until", sa.Double(), nullable=False),
        sa.Column("consented_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["consented_by_id"], ["user_account.id"], name=op.f("fk_grant_token_consented_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_grant_token_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_token")),
    )
    with op.batch_alter_table("grant_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_token_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("role", sa.String(40), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_trouble", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_one_time_link_made_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_one_time_link_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_one_time_link_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_one_time_link_digest")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index("ix_one_time_link_email", ["email", "purpose"], unique=False)
        batch_op.create_index("ix_one_time_link_mail", ["mail_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_one_time_link_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "saved_filter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_saved_filter_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_filter_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("tenant_id", "user_id", "name", name=op.f("uq_saved_filter_tenant_id_user_id_name")),
    )
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_filter_user_id"), ["user_id"], unique=False)

    op.create_table(
        "support_visit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_name", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("page", sa.String(length=300), nullable=False),
        sa.Column("page_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["user_account.id"], name=op.f("fk_support_visit_staff_id_user_account")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_support_visit_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_visit")),
    )
    with op.batch_alter_table("support_visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_support_visit_open",
            ["tenant_id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(
            "uq_support_visit_staff",
            ["staff_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_before", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_membership_tenant_id_tenant")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("tenant_id", "user_id", name=op.f("uq_membership_tenant_id_user_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_user_id"), ["user_id"], unique=False)

    op.create_table(
        "original",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_original_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_original")),
        sa.UniqueConstraint("tenant_id", "sha256", name=op.f("uq_original_tenant_id_sha256")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("normalised_number", sa.String(length=255), nullable=False),
        sa.Column("type_code", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("contact_key", sa.String(length=300), nullable=False),
        sa.Column("contact_name", sa.String(length=255), nullable=False),
        sa.Column("contact_tax_id", sa.String(length=64), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("contact_street", sa.String(length=255), nullable=False),
        sa.Column("contact_city", sa.String(length=255), nullable=False),
        sa.Column("contact_postcode", sa.String(length=50), nullable=False),
        sa.Column("contact_country", sa.String(length=2), nullable=False),
        sa.Column("seller_key", sa.String(length=300), nullable=False),
        sa.Column("tax_country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.Column("rounding", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("prepaid", sa.BigInteger(), nullable=False),
        sa.Column("order_reference", sa.String(length=255), nullable=False),
        sa.Column("original_number", sa.String(length=255), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("approval", sa.String(40), nullable=False),
        sa.Column("approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payment", sa.String(40), nullable=False),
        sa.Column("has_export", sa.Boolean(), nullable=False),
        sa.Column("is_possible_duplicate", sa.Boolean(), nullable=False),
        sa.Column("duplicate_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kept_apart", sa.JSON(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["user_account.id"], name=op.f("fk_record_approved_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["record.id"], name=op.f("fk_record_duplicate_of_id_record")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_record_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index("ix_record_list", ["tenant_id", "approval", "id"], unique=False)
        batch_op.create_index(
            "ix_record_not_sent",
            ["tenant_id", "approval", "id"],
            unique=False,
            sqlite_where=sa.text("NOT has_export AND archived_at IS NULL"),
            postgresql_where=sa.text("NOT has_export AND archived_at IS NULL"),
        )
        batch_op.create_index("ix_record_number", ["tenant_id", "number"], unique=False)
        batch_op.create_index(
            "ix_record_possible_duplicate",
            ["tenant_id", "approval", "id"],
            unique=False,
            sqlite_where=sa.text("is_possible_duplicate AND archived_at IS NULL"),
            postgresql_where=sa.text("is_possible_duplicate AND archived_at IS NULL"),
        )
        batch_op.create_index(
            "ix_record_same_bill", ["tenant_id", "normalised_number", "issue_date", "kind"], unique=False
        )

    op.create_table(
        "connection",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("link_id", sa.String(length=100), nullable=False),
        sa.Column("company_name", sa.String(length=200), nullable=False),
        sa.Column("short_code", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("error_words", sa.Text(), nullable=False),
        sa.Column("broken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("export_on_approval", sa.Boolean(), nullable=False),
        sa.Column("attach_original", sa.Boolean(), nullable=False),
        sa.Column("sales_post_as", sa.String(40), nullable=False),
        sa.Column("purchases_post_as", sa.String(40), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_for", sa.String(length=300), nullable=False),
        sa.Column("changes_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_holder", sa.String(length=60), nullable=False),
        sa.Column("lease_epoch", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=False),
        sa.Column("last_drained", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grant_token.id"], name=op.f("fk_connection_grant_id_grant_token")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_connection_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection")),
        sa.UniqueConstraint(
            "tenant_id", "provider", "external_id", name=op.f("uq_connection_tenant_id_provider_external_id")
        ),
    )
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_connection_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index("ix_connection_lease", ["lease_until"], unique=False)

    op.create_table(
        "record_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("sku", sa.String(length=100), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("quantity", sa.String(length=60), nullable=False),
        sa.Column("unit_price", sa.String(length=60), nullable=False),
        sa.Column("net", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=5), nullable=False),
        sa.Column("tax_rate", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("is_charge", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_line_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_line")),
    )
    with op.batch_alter_table("record_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_line_record_id"), ["record_id"], unique=False)

    op.create_table(
        "record_original",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("original_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["original_id"], ["original.id"], name=op.f("fk_record_original_original_id_original")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_original_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_original")),
        sa.UniqueConstraint("original_id", "place", name=op.f("uq_record_original_original_id_place")),
    )
    with op.batch_alter_table("record_original", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_original_record_id"), ["record_id"], unique=False)

    op.create_table(
        "record_tax",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=5), nullable=False),
        sa.Column("rate", sa.String(length=60), nullable=False),
        sa.Column("taxable", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_tax_record_id_record")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_tax")),
    )
    with op.batch_alter_table("record_tax", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_tax_record_id"), ["record_id"], unique=False)

    op.create_table(
        "lookup",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("grant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("question", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_lookup_connection_id_connection")),
        sa.ForeignKeyConstraint(["grant_id"], ["grant_token.id"], name=op.f("fk_lookup_grant_id_grant_token")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_lookup_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup")),
    )
    with op.batch_alter_table("lookup", schema=None) as batch_op:
        batch_op.create_index("ix_lookup_newest", ["connection_id", "kind", "id"], unique=False)
        batch_op.create_index("ix_lookup_open", ["state", "connection_id", "id"], unique=False)

    op.create_table(
        "mapping",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source_value", sa.String(length=300), nullable=False),
        sa.Column("source_label", sa.String(length=300), nullable=False),
        sa.Column("target_id", sa.String(length=100), nullable=False),
        sa.Column("target_label", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_mapping_connection_id_connection")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mapping_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping")),
        sa.UniqueConstraint(
            "connection_id", "kind", "source_value", name=op.f("uq_mapping_connection_id_kind_source_value")
        ),
    )
    with op.batch_alter_table("mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mapping_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "mapping_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source_value", sa.String(length=300), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=300), nullable=False),
        sa.Column("after", sa.String(length=300), nullable=False),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_mapping_change_connection_id_connection")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_mapping_change_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mapping_change")),
    )
    with op.batch_alter_table("mapping_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mapping_change_mapping", ["connection_id", "kind", "source_value", "version"], unique=False
        )

    op.create_table(
        "reference_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_reference_item_connection_id_connection")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_reference_item_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_item")),
        sa.UniqueConstraint(
            "connection_id", "kind", "external_id", name=op.f("uq_reference_item_connection_id_kind_external_id")
        ),
    )
    with op.batch_alter_table("reference_item", schema=None) as batch_op:
        batch_op.create_index("ix_reference_item_code", ["connection_id", "kind", "code"], unique=False)

    op.create_table(
        "reference_list",
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_reference_list_connection_id_connection")
        ),
        sa.PrimaryKeyConstraint("connection_id", "kind", name=op.f("pk_reference_list")),
    )
    op.create_table(
        "resync",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("form_token", sa.String(length=60), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["cancelled_by_id"], ["user_account.id"], name=op.f("fk_resync_cancelled_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["user_account.id"], name=op.f("fk_resync_confirmed_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_resync_connection_id_connection")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user_account.id"], name=op.f("fk_resync_created_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_resync_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resync")),
        sa.UniqueConstraint("tenant_id", "form_token", name=op.f("uq_resync_tenant_id_form_token")),
    )
    with op.batch_alter_table("resync", schema=None) as batch_op:
        batch_op.create_index("ix_resync_state", ["state"], unique=False)

    op.create_table(
        "outcome_count",
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_outcome_count_connection_id_connection")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_outcome_count_tenant_id_tenant")),
        sa.PrimaryKeyConstraint(
            "tenant_id", "quarter", "status", "connection_id", "kind", name=op.f("pk_outcome_count")
        ),
    )
    op.create_table(
        "status_count",
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_status_count_connection_id_connection")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_status_count_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("tenant_id", "connection_id", "kind", "status", name=op.f("pk_status_count")),
    )
    op.create_table(
        "need_set",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("error_subject", sa.String(length=255), nullable=False),
        sa.Column("is_all", sa.Boolean(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connection.id"], name=op.f("fk_need_set_connection_id_connection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_set")),
        sa.UniqueConstraint("connection_id", "digest", name=op.f("uq_need_set_connection_id_digest")),
    )
    op.create_table(
        "need",
        sa.Column("need_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("source_value", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["need_set_id"], ["need_set.id"], name=op.f("fk_need_need_set_id_need_set")),
        sa.PrimaryKeyConstraint("need_set_id", "kind", "source_value", name=op.f("pk_need")),
    )
    op.create_table(
        "export",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("connection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trigger", sa.String(40), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("distrusted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beside", sa.JSON(), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=True),
        sa.Column("booking_reason", sa.String(length=500), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("absences", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("error_subject", sa.String(length=255), nullable=False),
        sa.Column("error_words", sa.Text(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("need_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("found", sa.JSON(), nullable=True),
        sa.Column("ledger_id", sa.String(length=100), nullable=False),
        sa.Column("ledger_url", sa.String(length=500), nullable=False),
        sa.Column("ledger_state", sa.String(40), nullable=True),
        sa.Column("drift", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("alarm", sa.Text(), nullable=False),
        sa.Column("attachment", sa.String(40), nullable=False),
        sa.Column("attachment_tries", sa.Integer(), nullable=False),
        sa.Column("attachment_not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.String(length=40), nullable=False),
        sa.Column("resolution_note", sa.Text(), nullable=False),
        sa.Column("resync_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("operation", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'failed' OR (error_code <> '' AND error_words <> '')", name=op.f("ck_export_failed_has_a_reason")
        ),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"], name=op.f("fk_export_connection_id_connection")),
        sa.ForeignKeyConstraint(["need_set_id"], ["need_set.id"], name=op.f("fk_export_need_set_id_need_set")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_export_record_id_record")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_export_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("record_id", "connection_id", name=op.f("uq_export_record_id_connection_id")),
        sa.UniqueConstraint("key", name=op.f("uq_export_key")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(
            "ix_export_asked",
            ["connection_id", "ordered_at"],
            unique=False,
            sqlite_where=sa.text("status = 'on-hold' AND ordered_at IS NOT NULL"),
            postgresql_where=sa.text("status = 'on-hold' AND ordered_at IS NOT NULL"),
        )
        batch_op.create_index("ix_export_list", ["tenant_id", "connection_id", "status", "id"], unique=False)
        batch_op.create_index(
            "uq_export_ledger_document",
            ["connection_id", "ledger_id"],
            unique=True,
            sqlite_where=sa.text("ledger_id <> ''"),
            postgresql_where=sa.text("ledger_id <> ''"),
        )
        batch_op.create_index(
            "ix_export_attachment",
            ["connection_id", "attachment_not_before"],
            unique=False,
            sqlite_where=sa.text("attachment = 'due'"),
            postgresql_where=sa.text("attachment = 'due'"),
        )
        batch_op.create_index(
            "ix_export_needs",
            ["need_set_id", "alarm", "failed_at"],
            unique=False,
            sqlite_where=sa.text("status = 'failed' AND need_set_id IS NOT NULL"),
            postgresql_where=sa.text("status = 'failed' AND need_set_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_export_alarm",
            ["tenant_id"],
            unique=False,
            sqlite_where=sa.text("alarm <> ''"),
            postgresql_where=sa.text("alarm <> ''"),
        )
        batch_op.create_index(
            "ix_export_later",
            ["connection_id", "status", "next_try_at", "id"],
            unique=False,
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_export_urgent",
            ["connection_id", "id"],
            unique=False,
            sqlite_where=sa.text("status = 'pending' AND is_urgent"),
            postgresql_where=sa.text("status = 'pending' AND is_urgent"),
        )

    op.create_table(
        "attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tenant_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("trigger", sa.String(40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("posting", sa.JSON(), nullable=False),
        sa.Column("mapping_versions", sa.JSON(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=False),
        sa.Column("error_words", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("trimmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["export_id"], ["export.id"], name=op.f("fk_attempt_export_id_export")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_attempt_tenant_id_tenant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_export_id"), ["export_id"], unique=False)
        batch_op.create_index("ix_attempt_open", ["state", "export_id"], unique=False)
        batch_op.create_index(
            "ix_attempt_whole",
            ["tenant_id", "begun_at", "id"],
            unique=False,
            sqlite_where=sa.text("trimmed_at IS NULL"),
            postgresql_where=sa.text("trimmed_at IS NULL"),
        )

    op.create_table(
        "resync_item",
        sa.Column("resync_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("export_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("cause", sa.String(length=300), nullable=False),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("resync_id", "export_id", name=op.f("pk_resync_item")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("resync_item", schema=None) as batch_op:
        batch_op.create_index("ix_resync_item_state", ["resync_id", "state", "wave"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("resync_item", schema=None) as batch_op:
        batch_op.drop_index("ix_resync_item_state")

    op.drop_table("resync_item")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attempt_whole",
            sqlite_where=sa.text("trimmed_at IS NULL"),
            postgresql_where=sa.text("trimmed_at IS NULL"),
        )
        batch_op.drop_index("ix_attempt_open")
        batch_op.drop_index(batch_op.f("ix_attempt_export_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index("ix_export_urgent")
        batch_op.drop_index(
            "ix_export_later",
            sqlite_where=sa.text("next_try_at IS NOT NULL"),
            postgresql_where=sa.text("next_try_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_export_alarm")
        batch_op.drop_index("ix_export_list")
        batch_op.drop_index("uq_export_ledger_document")

    op.drop_table("export")
    op.drop_table("status_count")
    op.drop_table("outcome_count")
    with op.batch_alter_table("resync", schema=None) as batch_op:
        batch_op.drop_index("ix_resync_state")

    op.drop_table("resync")
    op.drop_table("reference_list")
    with op.batch_alter_table("reference_item", schema=None) as batch_op:
        batch_op.drop_index("ix_reference_item_code")

    op.drop_table("reference_item")
    with op.batch_alter_table("mapping_change", schema=None) as batch_op:
        batch_op.drop_index("ix_mapping_change_mapping")

    op.drop_table("mapping_change")
    with op.batch_alter_table("mapping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mapping_tenant_id"))

    op.drop_table("mapping")
    with op.batch_alter_table("lookup", schema=None) as batch_op:
        batch_op.drop_index("ix_lookup_open")
        batch_op.drop_index("ix_lookup_newest")

    op.drop_table("lookup")
    with op.batch_alter_table("record_tax", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_tax_record_id"))

    op.drop_table("record_tax")
    with op.batch_alter_table("record_original", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_original_record_id"))

    op.drop_table("record_original")
    with op.batch_alter_table("record_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_line_record_id"))

    op.drop_table("record_line")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_index("ix_connection_lease")
        batch_op.drop_index(batch_op.f("ix_connection_grant_id"))

    op.drop_table("connection")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index("ix_record_same_bill")
        batch_op.drop_index("ix_record_possible_duplicate")
        batch_op.drop_index("ix_record_number")
        batch_op.drop_index("ix_record_not_sent")
        batch_op.drop_index("ix_record_list")

    op.drop_table("record")
    op.drop_table("original")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_membership_user_id"))

    op.drop_table("membership")
    with op.batch_alter_table("support_visit", schema=None) as batch_op:
        batch_op.drop_index("uq_support_visit_staff")
        batch_op.drop_index("ix_support_visit_open")

    op.drop_table("support_visit")
    with op.batch_alter_table("saved_filter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_filter_user_id"))

    op.drop_table("saved_filter")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_link_tenant_id"))
        batch_op.drop_index("ix_one_time_link_mail")
        batch_op.drop_index("ix_one_time_link_email")

    op.drop_table("one_time_link")
    with op.batch_alter_table("grant_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_token_tenant_id"))

    op.drop_table("grant_token")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_time")
        batch_op.drop_index("ix_audit_entry_status")
        batch_op.drop_index("ix_audit_entry_reference")
        batch_op.drop_index("ix_audit_entry_record")
        batch_op.drop_index("ix_audit_entry_destination")
        batch_op.drop_index(
            "ix_audit_entry_code",
            sqlite_where=sa.text("error_code <> ''"),
            postgresql_where=sa.text("error_code <> ''"),
        )
        batch_op.drop_index("ix_audit_entry_actor")

    op.drop_table("audit_entry")
    op.drop_table("audit_count")
    op.drop_table("task_lease")
    op.drop_table("user_account")
    op.drop_table("tenant")
    op.drop_table("sign_in_throttle")
    op.drop_table("heartbeat")
    op.drop_table("call_budget")
